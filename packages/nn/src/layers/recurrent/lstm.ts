import { lstm, type RecurrentWeights, type Shape, type Tensor } from '@sonograd/tensor';
import {
  type DirectionCall,
  type LastStates,
  type Lengths,
  Recurrent,
  type RecurrentOptions,
  type Sequences,
} from './recurrent.ts';

export interface LstmCall {
  /** Hidden and cell state before the first step, [layers · directions, batch, units] each; zeros unless given. */
  readonly state?: readonly [hidden: Tensor, cell: Tensor];
  readonly lengths?: Lengths;
}

export interface LstmResult<S extends Shape> {
  readonly output: Tensor<Sequences<S>>;
  readonly hidden: Tensor<LastStates>;
  readonly cell: Tensor<LastStates>;
}

/** Long short-term memory (Hochreiter and Schmidhuber, 1997), with a forget gate. */
export class LSTM extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options?: RecurrentOptions) {
    super(4, inputSize, hiddenSize, options);
  }

  forward<S extends Shape>(x: Tensor<S>, { state, lengths }: LstmCall = {}): LstmResult<S> {
    const [output, hidden, cell] = this.runLayers(x as Tensor, state ?? [], lengths);
    return this.shown(x, { output, hidden, cell } as unknown as LstmResult<S>);
  }

  protected override runDirection(
    x: Tensor,
    weights: RecurrentWeights,
    [hidden, cell]: readonly (Tensor | undefined)[],
    call: DirectionCall,
  ): readonly Tensor[] {
    const result = lstm(x, weights, { hidden, cell, ...call });
    return [result.output, result.hidden, result.cell];
  }
}
