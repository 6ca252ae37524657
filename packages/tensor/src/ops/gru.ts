import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { gruCell } from './recurrent/cells.ts';
import { type RecurrentOptions, type RecurrentWeights, recurrentLayer } from './recurrent/layer.ts';
import type { LastState, States } from './recurrent/shapes.ts';

export interface GruOptions extends RecurrentOptions {
  /** The state before the first step, [batch, units]; zeros unless given. */
  readonly hidden?: Tensor | undefined;
}

const run = recurrentLayer(gruCell, 'gru');

/**
 * A whole layer in one direction over x [batch, steps, features]; gates in PyTorch's order: reset, update, new. Gives
 * the hidden states of all steps and the last one.
 */
export function gru<X extends Shape, W extends Shape>(
  x: Tensor<X>,
  weights: RecurrentWeights<W>,
  options: GruOptions = {},
): { output: Tensor<States<X, W>>; hidden: Tensor<LastState<X, W>> } {
  const [output, hidden] = run(x as AnyTensor, weights, [options.hidden], options);
  return { output, hidden } as unknown as ReturnType<typeof gru<X, W>>;
}
