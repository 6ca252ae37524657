import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  type InputOf,
  type PerAxis,
  type Shape,
  type ShapeFunction,
  type Show,
  type Tensor,
} from '@sonograd/tensor';
import { Layer } from '../module/layer.ts';
import type { Square } from './filterLayer.ts';

export interface AdaptiveShape<Name extends string, Size extends Shape> extends ShapeFunction {
  readonly output: Resized<Name, InputOf<this>, Size>;
}

/** Batch and channels as they were, the rest of the wanted size. */
export type Resized<Name extends string, X extends Shape, Size extends Shape> = number extends X['length']
  ? [number, number, ...Size]
  : X extends readonly [
        infer Batch extends number,
        infer Channels extends number,
        ...infer Rest extends Shape,
      ]
    ? Rest['length'] extends Size['length']
      ? [Batch, Channels, ...Size]
      : `${Name}: the input must have ${Size['length']} axes behind batch and channels, got ${Show<X>}`
    : `${Name}: the input must have ${Size['length']} axes behind batch and channels, got ${Show<X>}`;

/** Means over `size` parts of the length, however long the signals [batch, channels, length] are. */
export class AdaptiveAvgPool1d<const Size extends number> extends Layer<
  AdaptiveShape<'AdaptiveAvgPool1d', [Size]>
> {
  constructor(readonly outputSize: Size) {
    super();
  }

  protected override run(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize) as Tensor;
  }

  override describe(): string {
    return `${this.outputSize}`;
  }
}

/** Means over a grid of `size` parts, however large the images [batch, channels, height, width] are. */
export class AdaptiveAvgPool2d<const Size extends PerAxis> extends Layer<
  AdaptiveShape<'AdaptiveAvgPool2d', Square<Size>>
> {
  constructor(readonly outputSize: Size) {
    super();
  }

  protected override run(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize) as Tensor;
  }

  override describe(): string {
    return String(this.outputSize);
  }
}
