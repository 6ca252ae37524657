import { type RecurrentWeights, rnn, type Shape, type Tensor } from '@sonograd/tensor';
import type { RecurrentCall, RecurrentResult } from './gru.ts';
import { type DirectionCall, Recurrent, type RecurrentOptions } from './recurrent.ts';

export interface RnnOptions extends RecurrentOptions {
  readonly nonlinearity?: 'tanh' | 'relu';
}

/** The plain recurrent network (Elman, 1990): h = tanh(W x + U h + b). */
export class RNN extends Recurrent {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(inputSize: number, hiddenSize: number, options: RnnOptions = {}) {
    super(1, inputSize, hiddenSize, options);
    this.nonlinearity = options.nonlinearity ?? 'tanh';
  }

  forward<S extends Shape>(x: Tensor<S>, { state, lengths }: RecurrentCall = {}): RecurrentResult<S> {
    const [output, hidden] = this.runLayers(x as Tensor, state === undefined ? [] : [state], lengths);
    return this.shown(x, { output, hidden } as unknown as RecurrentResult<S>);
  }

  protected override runDirection(
    x: Tensor,
    weights: RecurrentWeights,
    [hidden]: readonly (Tensor | undefined)[],
    call: DirectionCall,
  ): readonly Tensor[] {
    const result = rnn(x, weights, { hidden, nonlinearity: this.nonlinearity, ...call });
    return [result.output, result.hidden];
  }
}
