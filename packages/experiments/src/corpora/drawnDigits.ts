import { createHash } from 'node:crypto';
import { RandomStream } from '@sonograd/dsp';
import type { ImageCorpus, ImageSet } from './mnist.ts';

export interface DrawnOptions {
  /** How many invented hands draw; each has a slant, a pen and a size of its own. */
  readonly speakers: number;
  /** How often each draws each digit. */
  readonly takes: number;
  /** Another seed, other hands. */
  readonly seed: number;
}

type Point = readonly [x: number, y: number];
type Stroke = readonly Point[];

export const side = 28;
/** The digit itself fills a square of this size in the middle, as in MNIST. */
const inner = 20;

/** Part of an ellipse, in degrees from the right, downwards. */
function arc([x, y]: Point, [width, height]: Point, from: number, to: number): Stroke {
  const steps = Math.ceil(Math.abs(to - from) / 20);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / steps) * Math.PI) / 180;
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)] as const;
  });
}

/** Ten digits in a square from 0 to 1, y downwards, as one learns to write them. */
const strokes: readonly (readonly Stroke[])[] = [
  [arc([0.5, 0.5], [0.28, 0.4], -90, 270)],
  [[...line([0.36, 0.26], [0.54, 0.1]), ...line([0.54, 0.1], [0.54, 0.9])]],
  [[...arc([0.5, 0.33], [0.25, 0.23], 180, 395), ...line([0.68, 0.46], [0.24, 0.9]), [0.78, 0.9]]],
  [arc([0.46, 0.3], [0.24, 0.2], 205, 450), arc([0.46, 0.7], [0.27, 0.2], 270, 515)],
  [[...line([0.6, 0.1], [0.22, 0.62]), ...line([0.22, 0.62], [0.8, 0.62])], line([0.6, 0.1], [0.6, 0.9])],
  [line([0.76, 0.1], [0.34, 0.1]), [[0.34, 0.1], [0.31, 0.46], ...arc([0.48, 0.66], [0.26, 0.24], 235, 500)]],
  [[[0.68, 0.1], [0.46, 0.25], [0.32, 0.45], ...arc([0.5, 0.68], [0.23, 0.22], 180, 540)]],
  [[...line([0.22, 0.12], [0.78, 0.12]), ...line([0.78, 0.12], [0.42, 0.9])]],
  [arc([0.5, 0.29], [0.2, 0.19], 90, 450), arc([0.5, 0.7], [0.25, 0.21], -90, 270)],
  [[...arc([0.5, 0.32], [0.23, 0.22], 0, 360), [0.7, 0.6], [0.56, 0.9]]],
];

function line(from: Point, to: Point): Stroke {
  return [from, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], to];
}

/** How somebody writes. */
interface Hand {
  readonly slant: number;
  readonly width: number;
  readonly size: number;
  /** Half the breadth of a line, in pixels. */
  readonly pen: number;
}

function inventHand(random: RandomStream): Hand {
  return {
    slant: 0.2 * random.normal(),
    width: random.uniform(0.75, 1.15),
    size: random.uniform(0.85, 1.1),
    pen: random.uniform(0.7, 1.5),
  };
}

/** One digit by one hand, 28 x 28, a byte a pixel, white on black. */
function draw(digit: number, { slant, width, size, pen }: Hand, random: RandomStream, out: Uint8Array): void {
  const [turn, lean] = [0.12 * random.normal(), slant + 0.08 * random.normal()];
  const [right, down] = [0.8 * random.normal(), 0.8 * random.normal()];
  const [sine, cosine] = [Math.sin(turn), Math.cos(turn)];
  const place = ([x, y]: Point): Point => {
    const v = size * (y - 0.5 + 0.015 * random.normal());
    const u = size * width * (x - 0.5 + 0.015 * random.normal()) - lean * v;
    const middle = (side - 1) / 2;
    return [
      middle + right + inner * (cosine * u - sine * v),
      middle + down + inner * (sine * u + cosine * v),
    ];
  };
  const lines = strokes[digit]!.map((stroke) => stroke.map(place));
  for (let pixel = 0; pixel < out.length; pixel++) {
    const distance = distanceTo(lines, pixel % side, Math.floor(pixel / side));
    out[pixel] = Math.round(255 * Math.min(1, Math.max(0, pen + 0.5 - distance)));
  }
}

/** From a pixel to the nearest of all strokes. */
function distanceTo(lines: readonly Stroke[], x: number, y: number): number {
  let least = Infinity;
  for (const points of lines) {
    for (let n = 1; n < points.length; n++) {
      const [[fromX, fromY], [toX, toY]] = [points[n - 1]!, points[n]!];
      const [alongX, alongY] = [toX - fromX, toY - fromY];
      const length = alongX * alongX + alongY * alongY;
      const share = length === 0 ? 0 : ((x - fromX) * alongX + (y - fromY) * alongY) / length;
      const at = Math.min(1, Math.max(0, share));
      least = Math.min(least, (x - fromX - at * alongX) ** 2 + (y - fromY - at * alongY) ** 2);
    }
  }
  return Math.sqrt(least);
}

/** Hands of different crowds lie this far apart, so that no two share one. */
const crowdSize = 100_000;

/**
 * Digits drawn from a few strokes each: nothing to download, made when they are asked for. The last fifth of the
 * hands, one at the least, is the official test.
 */
export function openDrawn({ speakers, takes, seed }: DrawnOptions): ImageCorpus {
  const firstTester = speakers - Math.max(1, Math.floor(speakers / 5));
  const images = (part: 'train' | 'test') =>
    part === 'train' ? drawAll(0, firstTester) : drawAll(firstTester, speakers);
  const drawAll = (from: number, to: number): ImageSet => {
    const count = (to - from) * 10 * takes;
    const pixels = new Uint8Array(count * side * side);
    const labels = new Uint8Array(count);
    const writers: string[] = [];
    for (let n = 0; n < count; n++) {
      const index = from + Math.floor(n / (10 * takes));
      const random = new RandomStream(seed * crowdSize + index);
      labels[n] = n % 10;
      writers.push(`hand${String(index).padStart(3, '0')}`);
      const own = random.split(1 + (n % (10 * takes)));
      draw(n % 10, inventHand(random), own, pixels.subarray(n * side * side, (n + 1) * side * side));
    }
    return { count, height: side, width: side, pixels, labels, writers };
  };
  return {
    ...{ name: 'synth', licence: 'MIT', home: 'drawn here, stroke by stroke' },
    has: () => true,
    images,
    checksum: () => {
      const hash = createHash('sha256');
      for (const part of ['train', 'test'] as const) hash.update(images(part).pixels);
      return hash.digest('hex');
    },
  };
}
