import type { AnyTensor, Tensor } from '../tensor.ts';
import type { DType, Shape } from '../types/shape.ts';

/** Fills `out` from `inputs`; runs on the present engine. */
export type Forward<P> = (out: AnyTensor, inputs: readonly AnyTensor[], params: P) => void;
/** The same for an op with several outputs. */
export type ForwardMany<P> = (outs: readonly AnyTensor[], inputs: readonly AnyTensor[], params: P) => void;

/** What `backward` gets to see. */
export interface BackwardContext<P> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** The only output, for ops that have one. */
  readonly out: Tensor;
  /** The gradient of the loss by the only output. */
  readonly dOut: Tensor;
  /** The gradient by each output; absent where none reached it. */
  readonly dOuts: readonly (Tensor | undefined)[];
  readonly params: P;
  /** Whether anybody waits for the gradient of input `index`; skip what nobody wants. */
  needs(index: number): boolean;
}

export type Gradients = readonly (Tensor | undefined)[];

interface OpCommon<P> {
  readonly name: string;
  /** Gradients of each input, in tensor ops; may broadcast more than the input, the engine sums that away. */
  readonly backward?: (context: BackwardContext<P>) => Gradients;
  /** The output shares its input's memory, and there is nothing to compute (`reshape`). */
  readonly view?: boolean;
  /** Outputs from here on are saved for `backward` alone, which frees them; all are visible where absent. */
  readonly visibleOutputs?: number;
}

/** Where the loops live: one for every engine, or one for each kind. No op may lack either. */
type Engines<F> = { readonly forward: F } | { readonly reference: F; readonly simd: F };

export type Op<P = undefined> = OpCommon<P> &
  Engines<Forward<P>> & {
    /** The rule for the output's shape; throws where the inputs break it. */
    readonly shape: (shapes: readonly Shape[], params: P) => Shape;
    /** The output's dtype; as the first input where absent. */
    readonly dtype?: DType | ((dtypes: readonly DType[], params: P) => DType);
  };

export interface OutputSpec {
  readonly shape: Shape;
  readonly dtype: DType;
}

export type OpMany<P = undefined> = OpCommon<P> &
  Engines<ForwardMany<P>> & {
    readonly outputs: (inputs: readonly OutputSpec[], params: P) => readonly OutputSpec[];
  };

/** An op whose parameters are of no interest to the one who holds it. */
// `never` as parameter makes every op assignable without saying `any`.
export type AnyOp = OpCommon<never>;
