import { beforeEach, describe, expect, test } from 'vitest';
import { stageRoots } from '../../packages/dsp/src/fft/radices.ts';
import { recursiveTransform } from '../../packages/dsp/src/fft/recursiveTransform.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { backLanes } from '../../packages/dsp/src/simd/inverseLanes.ts';
import { complexBytes, fftLanes } from '../../packages/dsp/src/simd/lanePlan.ts';
import { loudnessModule } from '../../packages/dsp/src/simd/loudnessModule.ts';
import { phaseModule } from '../../packages/dsp/src/simd/phaseModule.ts';
import { pairRoots } from '../../packages/dsp/src/simd/realLanes.ts';
import {
  allocate,
  floats,
  kernelsOf,
  place,
  placeWords,
  words,
} from '../../packages/dsp/src/simd/runtime.ts';
import { largestGap } from './coreSupport.ts';

/** Four complex sequences, one in each lane, as the kernels lay them out. */
interface Lanes {
  readonly re: Float64Array[];
  readonly im: Float64Array[];
}

let random: RandomStream;
beforeEach(() => {
  random = new RandomStream(11);
});

const lanes = [0, 1, 2, 3];
const noise = (length: number) => Float64Array.from({ length }, () => Math.fround(random.uniform(-1, 1)));

function randomLanes(size: number): Lanes {
  return { re: lanes.map(() => noise(size)), im: lanes.map(() => noise(size)) };
}

/** Writes sequences side by side, and gives the address. */
function placeLanes({ re, im }: Lanes): number {
  const size = re[0].length;
  const address = allocate(complexBytes * (size + 3));
  for (let i = 0; i < size; i++) {
    for (const lane of lanes) {
      floats[address / 4 + 8 * i + lane] = re[lane][i];
      floats[address / 4 + 8 * i + 4 + lane] = im[lane][i];
    }
  }
  return address;
}

function readLanes(address: number, size: number): Lanes {
  const part = (offset: number) =>
    lanes.map((lane) =>
      Float64Array.from({ length: size }, (_, i) => floats[address / 4 + 8 * i + offset + lane]),
    );
  return { re: part(0), im: part(4) };
}

function expectLanes(got: Lanes, expected: Lanes, tolerance = 1e-6): void {
  for (const lane of lanes) {
    expect(largestGap(got.re[lane], expected.re[lane])).toBeLessThan(tolerance);
    expect(largestGap(got.im[lane], expected.im[lane])).toBeLessThan(tolerance);
  }
}

/** The transform of each lane by recursion in doubles. */
function transformed({ re, im }: Lanes): Lanes {
  const spectra = lanes.map((lane) => {
    const pairs = Float64Array.from({ length: 2 * re[lane].length }, (_, i) =>
      i % 2 ? im[lane][i >> 1] : re[lane][i >> 1],
    );
    return recursiveTransform(pairs);
  });
  const part = (offset: number) => spectra.map((values) => values.filter((_, i) => i % 2 === offset));
  return { re: part(0), im: part(1) };
}

describe('one stage', () => {
  test.each([2, 3, 4, 5] as const)('radix %i alone is the transform of that size', (radix) => {
    const input = randomLanes(radix);
    const from = placeLanes(input);
    const to = allocate(complexBytes * radix);
    const args = placeWords(from, to, 1, 1, place(stageRoots(radix, 1)));
    fftLanes()[`radix${radix}`](args, 0, 1);
    expectLanes(readLanes(to, radix), transformed(input));
  });

  // A two comes last: its kernel knows no roots.
  test.each([
    [3, 2],
    [4, 2],
    [5, 2],
    [4, 4],
    [5, 4],
    [4, 5],
    [3, 5],
    [5, 3],
  ] as const)('radix %i, then %i, is the transform of their product', (first, second) => {
    const size = first * second;
    const input = randomLanes(size);
    const from = placeLanes(input);
    const middle = allocate(complexBytes * size);
    const to = allocate(complexBytes * size);
    const one = placeWords(from, middle, second, 1, place(stageRoots(first, second)));
    const two = placeWords(middle, to, 1, first, place(stageRoots(second, 1)));
    fftLanes()[`radix${first}`](one, 0, second);
    fftLanes()[`radix${second}`](two, 0, 1);
    expectLanes(readLanes(to, size), transformed(input));

    const inPlace = placeWords(middle, middle, 1, first, place(stageRoots(second, 1)));
    fftLanes()[`radix${second}`](inPlace, 0, 1);
    expect(readLanes(middle, size)).toEqual(readLanes(to, size));
  });
});

describe('rows and lanes', () => {
  test.each([4, 5, 6, 7, 8, 30])(
    'gather weights four rows of %i samples and stands them side by side',
    (length) => {
      const rows = lanes.map(() => noise(length + 3));
      const weights = noise(length + 3);
      const to = allocate(16 * (length + 3));
      const args = placeWords(...rows.map((row) => place(row)), place(weights), to, 16);
      fftLanes().gather(args, 0, length);
      for (const lane of lanes) {
        for (let i = 0; i < length; i++) {
          expect(floats[to / 4 + 4 * i + lane]).toBe(Math.fround(rows[lane][i] * weights[i]));
        }
      }
    },
  );

  test.each([4, 8, 12, 20])('gatherHalves of %i pairs is gather, then a stage of radix 2', (pairs) => {
    const size = 2 * pairs;
    const rows = lanes.map(() => noise(size));
    const weights = noise(size);
    const to = allocate(complexBytes * pairs);
    const places = [...rows, weights].map((row) => place(row));
    fftLanes().gatherHalves(placeWords(...places, to, place(stageRoots(2, pairs / 2))), 0, size);
    const sample = (lane: number, i: number) => rows[lane][i] * weights[i];
    const part = (which: 're' | 'im') =>
      lanes.map((lane) =>
        Float64Array.from({ length: pairs }, (_, at) => {
          const p = at >> 1;
          const [re, im] = [0, 1].map((j) => {
            const [early, late] = [sample(lane, 2 * p + j), sample(lane, 2 * p + j + pairs)];
            return at % 2 === 0 ? early + late : early - late;
          });
          const angle = at % 2 === 0 ? 0 : (-2 * Math.PI * p) / pairs;
          const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
          return which === 're' ? re * cos - im * sin : re * sin + im * cos;
        }),
      );
    expectLanes(readLanes(to, pairs), { re: part('re'), im: part('im') });
  });

  test.each([1, 3, 4, 7, 12])('scatter brings %i samples back, and scatterAdd adds them', (length) => {
    const columns = lanes.map(() => noise(length));
    const weights = noise(length + 3);
    const from = allocate(complexBytes * length);
    for (let i = 0; i < length; i++)
      for (const lane of lanes) floats[from / 4 + 8 * i + lane] = columns[lane][i];
    const rows = lanes.map(() => place(new Float32Array(length + 1).fill(7)));
    const args = placeWords(...rows, place(weights), from, complexBytes);
    backLanes().scatter(args, 0, length);
    backLanes().scatterAdd(args, 0, length);
    for (const lane of lanes) {
      for (let i = 0; i < length; i++) {
        const once = Math.fround(columns[lane][i] * Math.fround(weights[i]));
        expect(floats[rows[lane] / 4 + i]).toBe(Math.fround(2 * once));
      }
      expect(floats[rows[lane] / 4 + length]).toBe(7);
    }
  });

  test('scatterAdd of rows that overlap adds every one of them', () => {
    const length = 9;
    const from = place(new Float32Array(4 * length).fill(1));
    const sum = place(new Float32Array(20));
    const rows = lanes.map((lane) => sum + 4 * 3 * lane);
    backLanes().scatterAdd(
      placeWords(...rows, place(new Float32Array(length + 3).fill(1)), from, 16),
      0,
      length,
    );
    const expected = Array.from(
      { length: 20 },
      (_, i) => lanes.filter((lane) => i >= 3 * lane && i < 3 * lane + length).length,
    );
    expect([...floats.subarray(sum / 4, sum / 4 + 20)]).toEqual(expected);
  });

  test('move changes the spacing of vectors', () => {
    const from = place(noise(4 * 12));
    const to = place(new Float32Array(4 * 30));
    fftLanes().move(placeWords(from, 32, to, 80), 0, 6);
    for (let i = 0; i < 6; i++) {
      for (const lane of lanes) expect(floats[to / 4 + 20 * i + lane]).toBe(floats[from / 4 + 8 * i + lane]);
    }
  });
});

describe('real spectra', () => {
  test.each([2, 4, 6, 8, 10, 18])(
    'unpack splits the transform of pairs of %i samples; pack joins it in reverse',
    (size) => {
      const half = size / 2;
      const samples = { re: lanes.map(() => noise(size)), im: lanes.map(() => new Float64Array(size)) };
      const pairs = transformed({
        re: samples.re.map((row) => row.filter((_, i) => i % 2 === 0)),
        im: samples.re.map((row) => row.filter((_, i) => i % 2 === 1)),
      });
      const halved = {
        re: pairs.re.map((row) => row.map((v) => v / 2)),
        im: pairs.im.map((row) => row.map((v) => v / 2)),
      };
      const spectrum = allocate(complexBytes * (half + 1));
      const roots = place(pairRoots(size));
      fftLanes().unpack(placeWords(placeLanes(halved), spectrum, half, roots, 0), 0, 1);
      const whole = transformed(samples);
      const bins = {
        re: whole.re.map((row) => row.slice(0, half + 1)),
        im: whole.im.map((row) => row.slice(0, half + 1)),
      };
      expectLanes(readLanes(spectrum, half + 1), bins, 3e-6);
      const squares = allocate(16 * (half + 1));
      fftLanes().unpack(placeWords(placeLanes(halved), squares, half, roots, 1), 0, 1);
      for (const lane of lanes) {
        bins.re[lane].forEach((re, bin) => {
          const square = re ** 2 + bins.im[lane][bin] ** 2;
          expect(Math.abs(floats[squares / 4 + 4 * bin + lane] - square)).toBeLessThan(1e-6 * (1 + square));
        });
      }
      const packed = allocate(complexBytes * half);
      backLanes().pack(placeWords(spectrum, packed, half, roots), 0, 1);
      const reversed = (row: Float64Array) => row.map((_, k) => 2 * row[(half - k) % half]);
      expectLanes(readLanes(packed, half), { re: pairs.re.map(reversed), im: pairs.im.map(reversed) }, 6e-6);
    },
  );

  test.each([1, 3, 5, 9])('mirror completes the spectrum of %i real samples, in reverse', (size) => {
    const whole = transformed({
      re: lanes.map(() => noise(size)),
      im: lanes.map(() => new Float64Array(size)),
    });
    const bins = (size + 1) / 2;
    const from = placeLanes({
      re: whole.re.map((row) => row.slice(0, bins)),
      im: whole.im.map((row) => row.slice(0, bins)),
    });
    const to = allocate(complexBytes * size);
    backLanes().mirror(placeWords(from, to, size), 0, 1);
    const reversed = (row: Float64Array) => row.map((_, k) => row[(size - k) % size]);
    expectLanes(readLanes(to, size), { re: whole.re.map(reversed), im: whole.im.map(reversed) });
  });

  test.each([1, -1])('multiply by a table, with the sign %i of the imaginary part', (sign) => {
    const size = 6;
    const input = randomLanes(size);
    const factors = noise(2 * size);
    const to = allocate(complexBytes * size);
    const args = placeWords(placeLanes(input), to, place(factors), 0);
    floats[args / 4 + 3] = sign;
    fftLanes().multiply(args, 0, size);
    const times = (lane: number, i: number) => {
      const [re, im, a, b] = [input.re[lane][i], input.im[lane][i], factors[2 * i], factors[2 * i + 1]];
      return [re * a - im * b, sign * (re * b + im * a)];
    };
    const part = (which: number) =>
      lanes.map((lane) => Float64Array.from({ length: size }, (_, i) => times(lane, i)[which]));
    expectLanes(readLanes(to, size), { re: part(0), im: part(1) });
  });

  test('power and its root', () => {
    const size = 5;
    const input = randomLanes(size);
    const to = place(new Float32Array(8 * size));
    fftLanes().power(placeWords(placeLanes(input), to), 0, size);
    const square = (lane: number, i: number) => input.re[lane][i] ** 2 + input.im[lane][i] ** 2;
    for (let i = 0; i < size; i++) {
      for (const lane of lanes) expect(floats[to / 4 + 4 * i + lane]).toBeCloseTo(square(lane, i), 6);
    }
    fftLanes().squareRoot(placeWords(to), 0, size);
    for (let i = 0; i < size; i++) {
      for (const lane of lanes)
        expect(floats[to / 4 + 4 * i + lane]).toBeCloseTo(Math.sqrt(square(lane, i)), 6);
    }
    expect(floats[to / 4 + 4 * size]).toBe(0);
  });

  test('filter: rows of no, one, two and many weights', () => {
    const energies = noise(4 * 12);
    const rows: [start: number, weights: Float64Array][] = [
      [0, noise(0)],
      [11, noise(1)],
      [3, noise(2)],
      [0, noise(12)],
      [2, noise(7)],
    ];
    const table = allocate(8 * rows.length);
    rows.forEach(([start, weights], row) => {
      words.set([16 * start, weights.length], table / 4 + 2 * row);
    });
    const weights = place(rows.flatMap(([, row]) => [...row]));
    const to = place(new Float32Array(8 * rows.length));
    fftLanes().filter(placeWords(place(energies), table, weights, to, 32), 0, rows.length);
    rows.forEach(([start, row], r) => {
      for (const lane of lanes) {
        const sum = row.reduce((total, weight, i) => total + weight * energies[4 * (start + i) + lane], 0);
        expect(floats[to / 4 + 8 * r + lane]).toBeCloseTo(sum, 5);
        expect(floats[to / 4 + 8 * r + 4 + lane]).toBe(0);
      }
    });
  });
});

describe('loudness and phases', () => {
  const loudness = kernelsOf<'largest' | 'loudness'>(loudnessModule)();
  const phase = kernelsOf<'weigh' | 'keepPhases' | 'distance'>(phaseModule)();

  test.each([1, 2, 3, 4, 5, 9])('largest of %i values, wherever it stands', (length) => {
    for (let place_ = 0; place_ < length; place_++) {
      const values = noise(length).map((value) => value - 5);
      values[place_] = -1;
      const out = allocate(16);
      // It goes on to a multiple of four.
      const at = place([...values, -Infinity, -Infinity, -Infinity]);
      loudness.largest(placeWords(at, out), 0, length);
      expect(Math.max(...floats.subarray(out / 4, out / 4 + 4))).toBe(-1);
    }
  });

  test('largest of a NaN is NaN', () => {
    const out = allocate(16);
    loudness.largest(placeWords(place([1, 2, Number.NaN, 3, 4, 5, 6, 7]), out), 0, 8);
    expect(Math.max(...floats.subarray(out / 4, out / 4 + 4))).toBeNaN();
  });

  test('logarithms: relative error below 2e-7 over the whole range of floats', () => {
    const values = Array.from({ length: 4001 }, (_, i) => Math.fround(10 ** (-37 + (75 * i) / 4001)));
    const at = place(values);
    const args = placeWords(at, 0, 0, 0, 0, 0);
    floats.set([0, 2 ** -126, 1, 0, -Infinity], args / 4 + 1);
    loudness.loudness(args, 0, values.length);
    values.forEach((value, i) => {
      const error = Math.abs(floats[at / 4 + i] - Math.log(value));
      expect(error).toBeLessThan(2e-7 * Math.max(1, Math.abs(Math.log(value))));
    });
  });

  test('loudness: offset, floor below, factor, shift and lowest value, each in its turn', () => {
    const at = place([0, 0.5, 1, 100]);
    const args = placeWords(at, 0, 0, 0, 0, 0);
    floats.set([0.5, 0.9, 10, 3, -3.5], args / 4 + 1);
    loudness.loudness(args, 0, 4);
    const expected = [0, 0.5, 1, 100].map((value) =>
      Math.max(-3.5, 10 * Math.log(Math.max(0.9, value + 0.5)) - 3),
    );
    expect(largestGap(floats.subarray(at / 4, at / 4 + 4), expected)).toBeLessThan(1e-5);
  });

  test('weigh multiplies', () => {
    const [a, b] = [noise(7), noise(7)];
    const out = place(new Float32Array(8));
    phase.weigh(placeWords(place(a), place(b), out), 0, 7);
    a.forEach((value, i) => {
      expect(floats[out / 4 + i]).toBe(Math.fround(value * b[i]));
    });
    expect(floats[out / 4 + 7]).toBe(0);
  });

  test('keepPhases: the direction of found less what was before, the length that is wanted', () => {
    const size = 3;
    const [found, previous] = [randomLanes(size), randomLanes(size)];
    const magnitudes = noise(4 * size).map(Math.abs);
    const before = placeLanes(previous);
    const estimate = allocate(complexBytes * size);
    const args = placeWords(placeLanes(found), before, place(magnitudes), estimate, 0);
    floats[args / 4 + 4] = 0.5;
    phase.keepPhases(args, 0, size);
    const got = readLanes(estimate, size);
    for (const lane of lanes) {
      for (let i = 0; i < size; i++) {
        const re = found.re[lane][i] - 0.5 * previous.re[lane][i];
        const im = found.im[lane][i] - 0.5 * previous.im[lane][i];
        const scale = magnitudes[4 * i + lane] / Math.hypot(re, im);
        expect(got.re[lane][i]).toBeCloseTo(scale * re, 5);
        expect(got.im[lane][i]).toBeCloseTo(scale * im, 5);
      }
    }
    expectLanes(readLanes(before, size), found, 1e-9);
  });

  test('distance: sums of squared differences of lengths, lane by lane; silence keeps phases at zero', () => {
    const size = 4;
    const found = randomLanes(size);
    const magnitudes = noise(4 * size).map(Math.abs);
    const out = allocate(16);
    phase.distance(placeWords(placeLanes(found), place(magnitudes), out), 0, size);
    for (const lane of lanes) {
      let sum = 0;
      for (let i = 0; i < size; i++)
        sum += (Math.hypot(found.re[lane][i], found.im[lane][i]) - magnitudes[4 * i + lane]) ** 2;
      expect(floats[out / 4 + lane]).toBeCloseTo(sum, 5);
    }
    const silent = { re: lanes.map(() => new Float64Array(1)), im: lanes.map(() => new Float64Array(1)) };
    const estimate = allocate(complexBytes);
    phase.keepPhases(
      placeWords(placeLanes(silent), placeLanes(silent), place([1, 1, 1, 1]), estimate, 0),
      0,
      1,
    );
    expectLanes(readLanes(estimate, 1), silent, 1e-12);
  });
});
