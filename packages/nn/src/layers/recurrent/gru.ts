import { gru, type RecurrentWeights, type Shape, type Tensor } from '@sonograd/tensor';
import {
  type DirectionCall,
  type LastStates,
  type Lengths,
  Recurrent,
  type RecurrentOptions,
  type Sequences,
} from './recurrent.ts';

export interface RecurrentCall {
  /** The state before the first step, [layers · directions, batch, units]; zeros unless given. */
  readonly state?: Tensor;
  readonly lengths?: Lengths;
}

export interface RecurrentResult<S extends Shape> {
  readonly output: Tensor<Sequences<S>>;
  readonly hidden: Tensor<LastStates>;
}

/** Gated recurrent units (Cho et al., 2014), in the variant of PyTorch and cuDNN. */
export class GRU extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options?: RecurrentOptions) {
    super(3, inputSize, hiddenSize, options);
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
    const result = gru(x, weights, { hidden, ...call });
    return [result.output, result.hidden];
  }
}
