import type { AnyShape, Apply, Fits, Out, Shape, ShapeFunction, Tensor } from '@sonograd/tensor';
import { Module } from './module.ts';

/**
 * A module from one tensor to one tensor. `Shapes` says what it does to shapes, so that `forward` is typed here once
 * and a chain of layers can be checked before any input exists; a layer itself writes `run`.
 */
export abstract class Layer<Shapes extends ShapeFunction = AnyShape> extends Module {
  /** For the compiler alone. */
  declare readonly shapes: Shapes;

  forward<S extends Shape>(x: Fits<Tensor<S>, Apply<Shapes, S>>): Tensor<Out<Apply<Shapes, S>>> {
    return this.shown(x, this.run(x as Tensor)) as Tensor<Out<Apply<Shapes, S>>>;
  }

  protected abstract run(x: Tensor): Tensor;

  /** The layer and a ReLU behind it in one pass over the output, where it knows how. */
  runWithRelu?(x: Tensor): Tensor;
}
