import { emptyTensor } from '../autograd/apply.ts';
import { engineUsesHeap } from '../engine/engine.ts';
import { fillNormal, fillUniform } from '../random/fill.ts';
import { foldIn, randomKey } from '../random/keys.ts';
import { drawNormal, drawUniform } from '../random/random.kernel.ts';
import type { RandomKey } from '../random/threefry.ts';
import { checkShape } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Mutable, Shape } from '../types/shape.ts';
import { withOptions } from './fill.ts';

export interface RandomOptions {
  /** Which numbers: the same key gives the same ones. Without a key each call takes the next of a seeded series. */
  readonly key?: RandomKey;
  readonly requiresGrad?: boolean;
}

let seriesKey = randomKey(0);
let drawn = 0;

/** Starts the series of keys anew that calls without a key draw from. */
export function manualSeed(seed: number): void {
  seriesKey = randomKey(seed);
  drawn = 0;
}

/** Uniform on [0, 1). */
export function rand<const S extends Shape>(shape: S, options: RandomOptions = {}): Tensor<Mutable<S>> {
  return drawInto('rand', shape, options, (made, key) =>
    engineUsesHeap() ? drawUniform(made, key) : fillUniform(made.data, key),
  );
}

/** Normal with mean 0 and deviation 1. */
export function randn<const S extends Shape>(shape: S, options: RandomOptions = {}): Tensor<Mutable<S>> {
  return drawInto('randn', shape, options, (made, key) =>
    engineUsesHeap() ? drawNormal(made, key) : fillNormal(made.data, key),
  );
}

function drawInto<const S extends Shape>(
  maker: string,
  shape: S,
  { key, requiresGrad = false }: RandomOptions,
  fill: (made: Tensor, key: RandomKey) => void,
): Tensor<Mutable<S>> {
  checkShape(maker, shape);
  const made = emptyTensor(maker, [...shape] as Mutable<S>, 'float32');
  fill(made, key ?? foldIn(seriesKey, drawn++));
  return withOptions(made, { requiresGrad });
}
