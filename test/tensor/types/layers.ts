import type { Tensor } from '@sonograd/tensor';
import type {
  AnyShape,
  Apply,
  ChainShape,
  FitChain,
  InputOf,
  LinearOutput,
  SameShape,
  ShapeFunction,
  ShapeLayer,
} from '../../../packages/tensor/src/types/layer.ts';
import type { Flatten } from '../../../packages/tensor/src/types/layout.ts';
import type { Fits, Out, Shape } from '../../../packages/tensor/src/types/shape.ts';
import type { Conv, Pool, WindowOptions } from '../../../packages/tensor/src/types/window.ts';

/** The smallest layers that carry shape functions: how a library of layers is meant to use the types. */
export declare class Module<F extends ShapeFunction = AnyShape> implements ShapeLayer<F> {
  readonly shapes: F;
  forward<S extends Shape>(x: Fits<Tensor<S>, Apply<F, S>>): Tensor<Out<Apply<F, S>>>;
}

interface LinearShape<In extends number, OutSize extends number> extends ShapeFunction {
  readonly output: LinearOutput<InputOf<this>, In, OutSize>;
}

export declare class Linear<const In extends number, const OutSize extends number> extends Module<
  LinearShape<In, OutSize>
> {
  constructor(inSize: In, outSize: OutSize);
}

export declare class ReLU extends Module<SameShape> {}

/** A layer that says nothing of its shapes. */
export declare class Custom extends Module {}

interface Conv2dShape<In extends number, OutSize extends number, Kernel extends number, Options>
  extends ShapeFunction {
  readonly output: Conv<'Conv2d', InputOf<this>, [OutSize, In, Kernel, Kernel], Options>;
}

export declare class Conv2d<
  const In extends number,
  const OutSize extends number,
  const Kernel extends number,
  const Options extends WindowOptions = Record<never, never>,
> extends Module<Conv2dShape<In, OutSize, Kernel, Options>> {
  constructor(inChannels: In, outChannels: OutSize, kernel: Kernel, options?: Options);
}

interface MaxPool2dShape<Kernel extends number> extends ShapeFunction {
  readonly output: Pool<'MaxPool2d', InputOf<this>, Kernel>;
}

export declare class MaxPool2d<const Kernel extends number> extends Module<MaxPool2dShape<Kernel>> {
  constructor(kernel: Kernel);
}

interface FlattenShape extends ShapeFunction {
  readonly output: Flatten<InputOf<this>, 1>;
}

export declare class FlattenLayer extends Module<FlattenShape> {}

export declare class Sequential<const Layers extends readonly ShapeLayer[]> extends Module<
  ChainShape<Layers>
> {
  constructor(...layers: FitChain<Layers>);
}
