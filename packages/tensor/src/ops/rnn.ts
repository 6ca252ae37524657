import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { reluCell, tanhCell } from './recurrent/cells.ts';
import { type RecurrentOptions, type RecurrentWeights, recurrentLayer } from './recurrent/layer.ts';
import type { LastState, States } from './recurrent/shapes.ts';

export interface RnnOptions extends RecurrentOptions {
  /** The state before the first step, [batch, units]; zeros unless given. */
  readonly hidden?: Tensor | undefined;
  readonly nonlinearity?: 'tanh' | 'relu';
}

const layers = { tanh: recurrentLayer(tanhCell, 'rnn'), relu: recurrentLayer(reluCell, 'rnn') };

/** A whole plain layer in one direction over x [batch, steps, features]: hidden states of all steps, and the last. */
export function rnn<X extends Shape, W extends Shape>(
  x: Tensor<X>,
  weights: RecurrentWeights<W>,
  options: RnnOptions = {},
): { output: Tensor<States<X, W>>; hidden: Tensor<LastState<X, W>> } {
  const layer = layers[options.nonlinearity ?? 'tanh'];
  if (layer === undefined) {
    throw new RangeError(`rnn: nonlinearity must be tanh or relu, got ${String(options.nonlinearity)}`);
  }
  const [output, hidden] = layer(x as AnyTensor, weights, [options.hidden], options);
  return { output, hidden } as unknown as ReturnType<typeof rnn<X, W>>;
}
