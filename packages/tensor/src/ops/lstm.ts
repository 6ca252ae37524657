import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { lstmCell } from './recurrent/cells.ts';
import { type RecurrentOptions, type RecurrentWeights, recurrentLayer } from './recurrent/layer.ts';
import type { LastState, States } from './recurrent/shapes.ts';

export interface LstmOptions extends RecurrentOptions {
  /** The states before the first step, [batch, units]; zeros unless given. */
  readonly hidden?: Tensor | undefined;
  readonly cell?: Tensor | undefined;
}

const run = recurrentLayer(lstmCell, 'lstm');

/**
 * A whole layer in one direction over x [batch, steps, features]; gates in PyTorch's order: input, forget, cell,
 * output. Gives the hidden states of all steps and the last states.
 */
export function lstm<X extends Shape, W extends Shape>(
  x: Tensor<X>,
  weights: RecurrentWeights<W>,
  options: LstmOptions = {},
): { output: Tensor<States<X, W>>; hidden: Tensor<LastState<X, W>>; cell: Tensor<LastState<X, W>> } {
  const [output, hidden, cell] = run(x as AnyTensor, weights, [options.hidden, options.cell], options);
  return { output, hidden, cell } as unknown as ReturnType<typeof lstm<X, W>>;
}
