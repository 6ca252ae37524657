import type { Spectrogram } from '@sonograd/dsp';
import { foldIn, noGrad, randomKey, type Tensor } from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
import type { ReportData } from '../../runs/reportData.ts';
import { examplesOf, pictureOf } from '../shared/examples.ts';
import { rowsOf } from '../shared/latent.ts';
import type { SpeechData } from '../shared/speechData.ts';
import { pictureSize, type VaeConfig } from './config.ts';
import { hear, heardIn } from './hear.ts';
import { stacked, toldFor, walk } from './make.ts';
import type { VaeSystem } from './model.ts';

/** How many of each digit are shown, how many steps lie between two clips, and how many pictures a plane has a side. */
const shownPerDigit = 3;
const shownSteps = 6;
const planeSide = 7;
/** The plane goes out to so many deviations. */
const planeReach = 2;

type Example = ReportData['examples'][number];

/** Clips in and out, digits to order, a way from clip to clip, and a plane through the code. */
export function examplesFrom(
  system: VaeSystem,
  data: SpeechData,
  heardAs: readonly number[],
  config: VaeConfig,
): Example[] {
  const beside = (feature: Feature) => [
    { title: 'out of the code', picture: pictureOf(regenerated(system, feature)) },
  ];
  return noGrad(() => [
    ...examplesOf(data, heardAs, { beside }),
    ...Array.from({ length: 10 }, (_, digit) => ordered(system, config, digit)),
    way(system, data, config),
    plane(system, config),
  ]);
}

/** What the code remembers of a picture. */
export function regenerated(system: VaeSystem, feature: Feature): Feature {
  const data = noGrad(() => {
    const x = stacked([feature.data]);
    return system.vae.regenerate(x, heardIn(system, x)).data.slice();
  });
  return { ...feature, data };
}

function ordered(system: VaeSystem, config: VaeConfig, digit: number): Example {
  const pictures = drawn(system, config, digit);
  const verdicts = hear(system.judge, pictures);
  return {
    title: `A ${digit} that nobody spoke`,
    caption: 'drawn from where the training clips of the digit lie in the code',
    pictures: picturesOf(pictures, config).map((picture, n) => ({
      title: `heard as ${verdicts[n]!.digit}`,
      picture: pictureOf(picture),
    })),
    sounds: [],
  };
}

/** From the first test clip to the first of another digit. */
function way(system: VaeSystem, { store, test }: SpeechData, config: VaeConfig): Example {
  const first = test[0]!;
  const other = test.find((place) => store.items[place]!.digit !== store.items[first]!.digit) ?? first;
  const ends = stacked([first, other].map((place) => store.feature(place).data));
  const steps = { steps: shownSteps, path: 'spherical' } as const;
  const pictures = walk(system, ends, heardIn(system, ends), steps);
  const verdicts = hear(system.judge, pictures);
  return {
    title: `From ${store.items[first]!.digit} to ${store.items[other]!.digit}`,
    caption: `${store.items[first]!.id} to ${store.items[other]!.id}, along an arc through the code`,
    pictures: picturesOf(pictures, config).map((picture, n) => ({
      title: `heard as ${verdicts[n]!.digit}`,
      picture: pictureOf(picture),
    })),
    sounds: [],
  };
}

function plane(system: VaeSystem, config: VaeConfig): Example {
  const picture = pictureOf(halved(planePicture(system, config)));
  return {
    title: 'A plane through the code',
    caption:
      `the two directions in which codes differ most, out to ${planeReach} deviations; ` +
      `the middle of all is in the middle${system.vae.conditional ? '; all are told to be a 0' : ''}`,
    pictures: [{ title: `${planeSide} by ${planeSide} pictures`, picture }],
    sounds: [],
  };
}

/** Pictures of codes on a plane, side by side. */
export function planePicture(system: VaeSystem, config: VaeConfig): Spectrogram {
  return noGrad(() => {
    const told = toldFor(
      system,
      Array.from({ length: planeSide ** 2 }, () => 0),
    );
    const pictures = system.vae.decode(system.codes.plane(planeSide, planeReach), told);
    return tiled(picturesOf(pictures, config), planeSide);
  });
}

/** Digits to order side by side, 0 to the left, 9 to the right. */
export function digitsPicture(system: VaeSystem, config: VaeConfig): Spectrogram {
  return noGrad(() => {
    const columns = Array.from({ length: 10 }, (_, digit) => drawn(system, config, digit));
    const rows = Array.from({ length: shownPerDigit }, (_, row) =>
      columns.map((pictures) => picturesOf(pictures, config)[row]!),
    );
    return tiled(rows.flat(), 10);
  });
}

function drawn(system: VaeSystem, { seed }: VaeConfig, digit: number): Tensor {
  const key = foldIn(foldIn(randomKey(seed), 'shown by order'), digit);
  const told = toldFor(
    system,
    Array.from({ length: shownPerDigit }, () => digit),
  );
  return system.vae.decode(system.codes.draw(digit, shownPerDigit, key), told);
}

function picturesOf(rows: Tensor, { features }: VaeConfig): Spectrogram[] {
  const { bins, frames } = pictureSize(features);
  return rowsOf(rows).map((data) => ({ data, bins, frames }));
}

/** Means over two by two cells: 49 whole pictures would make the report's file ten times as long. */
export function halved({ data, bins, frames }: Spectrogram): Spectrogram {
  const [half, wide] = [bins / 2, frames / 2];
  const out = new Float32Array(half * wide);
  for (let bin = 0; bin < half; bin++) {
    for (let frame = 0; frame < wide; frame++) {
      const at = 2 * bin * frames + 2 * frame;
      out[bin * wide + frame] = (data[at]! + data[at + 1]! + data[at + frames]! + data[at + frames + 1]!) / 4;
    }
  }
  return { data: out, bins: half, frames: wide };
}

/** Pictures side by side; the first row of them is the lowest, as the lowest bin is. */
export function tiled(tiles: readonly Spectrogram[], across: number): Spectrogram {
  const { bins, frames } = tiles[0]!;
  const [rows, width] = [Math.ceil(tiles.length / across), across * frames];
  const data = new Float32Array(rows * bins * width);
  tiles.forEach((tile, n) => {
    const [row, column] = [Math.floor(n / across), n % across];
    for (let bin = 0; bin < bins; bin++) {
      const line = tile.data.subarray(bin * frames, (bin + 1) * frames);
      data.set(line, (row * bins + bin) * width + column * frames);
    }
  });
  return { data, bins: rows * bins, frames: width };
}
