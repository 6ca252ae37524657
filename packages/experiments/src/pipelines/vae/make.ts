import { foldIn, fromArray, noGrad, oneHot, randn, randomKey, type Tensor } from '@sonograd/tensor';
import type { Moments } from '../../features/moments.ts';
import type { GenerateOptions, InterpolateOptions, Made, Trained } from '../pipeline.ts';
import { rowsOf } from '../shared/latent.ts';
import { featureOfFile } from '../shared/predict.ts';
import { soundOf, usualMoments } from '../shared/sound.ts';
import { pictureSize, type VaeConfig } from './config.ts';
import { hear, heardIn } from './hear.ts';
import type { Told, VaeSystem } from './model.ts';
import { along } from './path.ts';
import { trainedSystem } from './system.ts';

/**
 * Sounds nobody spoke. A digit that is asked for is drawn from where its training clips lie in the code; without one,
 * codes are drawn from the prior. The first three of eight are the three one gets for `count: 3`.
 */
export function generate(trained: Trained<VaeConfig>, { count, digit, seed }: GenerateOptions): Made[] {
  const system = trainedSystem(trained);
  const key = foldIn(randomKey(seed), 'generate');
  return noGrad(() => {
    const codes = digit === undefined ? drawPrior(system, count, key) : system.codes.draw(digit, count, key);
    const digits = Array.from({ length: count }, (_, n) => digit ?? n % 10);
    const name = digit === undefined ? 'drawn' : `digit${digit}`;
    const pictures = system.vae.decode(codes, toldFor(system, digits));
    return finish(trained, system, pictures, (n) => `${name}-seed${seed}-${n + 1}`);
  });
}

/** Sounds on the way from one file to another, both ends among them as the code remembers them. */
export function interpolate(
  trained: Trained<VaeConfig>,
  { from, to, steps, path }: InterpolateOptions,
): Made[] {
  const system = trainedSystem(trained);
  const { features } = trained.config;
  const ends = [from, to].map((file) => featureOfFile(file, features, trained.moments).data);
  return noGrad(() => {
    const x = stacked(ends);
    const pictures = walk(system, x, heardIn(system, x), { steps, path });
    return finish(trained, system, pictures, (n) => `step${n + 1}of${steps}`);
  });
}

/** Pictures on the way between two; a model that is told digits is told a mixture of both. */
export function walk(
  { vae }: VaeSystem,
  ends: Tensor,
  told: Told,
  { steps, path }: Pick<InterpolateOptions, 'steps' | 'path'>,
): Tensor {
  const between = (rows: Tensor, how: InterpolateOptions['path']) => {
    const [first, last] = rowsOf(rows) as [Float32Array, Float32Array];
    return stacked(Array.from({ length: steps }, (_, n) => along(first, last, n / (steps - 1), how)));
  };
  return vae.decode(between(vae.encode(ends, told).mean, path), told && between(told, 'linear'));
}

/** Codes as the loss wants them to lie: mean 0, variance 1. */
export const drawPrior = ({ codes }: VaeSystem, count: number, key: ReturnType<typeof randomKey>): Tensor =>
  randn([count, codes.latent], { key }) as Tensor;

export const toldFor = ({ vae }: VaeSystem, digits: readonly number[]): Told =>
  vae.conditional ? (oneHot(fromArray(Int32Array.from(digits), [digits.length]), 10) as Tensor) : undefined;

export function stacked(rows: readonly Float32Array[]): Tensor {
  const size = rows[0]?.length ?? 0;
  const all = new Float32Array(rows.length * size);
  rows.forEach((row, n) => {
    all.set(row, n * size);
  });
  return fromArray(all, [rows.length, size]) as Tensor;
}

/** Pictures as sounds, with what the judge hears in them. */
function finish(
  { config, moments }: { readonly config: VaeConfig; readonly moments: Moments | undefined },
  { judge }: VaeSystem,
  pictures: Tensor,
  nameOf: (n: number) => string,
): Made[] {
  const { features } = config;
  const { bins, frames } = pictureSize(features);
  const verdicts = hear(judge, pictures);
  const usual = usualMoments(features, moments);
  return rowsOf(pictures).map((data, n) => {
    const picture = { data, bins, frames };
    return {
      name: nameOf(n),
      picture,
      range: [0, 1],
      samples: soundOf({ ...picture, start: 0, validFrames: frames }, features, usual),
      sampleRate: features.sampleRate,
      heard: verdicts[n]!,
    };
  });
}
