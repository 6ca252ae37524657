import {
  type ConvTransposed,
  convTranspose1d,
  convTranspose2d,
  type InputOf,
  type PerAxis,
  type ShapeFunction,
  type Tensor,
} from '@sonograd/tensor';
import { sizeOf } from '../module/shape.ts';
import { FilterLayer, type FilterOptions, type Placement, type Square, square } from './filterLayer.ts';

/** `outputPadding` is more at the end: with a stride, several input sizes come to the same output. */
export type ConvTranspose2dOptions = FilterOptions;

export interface ConvTranspose1dOptions extends FilterOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly outputPadding?: number;
}

export interface ConvTranspose1dShape<
  In extends number,
  OutSize extends number,
  Kernel extends number,
  Options,
> extends ShapeFunction {
  readonly output: ConvTransposed<
    'ConvTranspose1d',
    InputOf<this>,
    [In, OutSize, Kernel],
    Placement<Options>
  >;
}

export interface ConvTranspose2dShape<
  In extends number,
  OutSize extends number,
  Kernel extends PerAxis,
  Options,
> extends ShapeFunction {
  readonly output: ConvTransposed<
    'ConvTranspose2d',
    InputOf<this>,
    [In, OutSize, ...Square<Kernel>],
    Placement<Options>
  >;
}

/** The way back of a `Conv1d`: each sample spreads a filter over the output. */
export class ConvTranspose1d<
  const In extends number,
  const OutSize extends number,
  const Kernel extends number,
  const Options extends ConvTranspose1dOptions = Record<never, never>,
> extends FilterLayer<ConvTranspose1dShape<In, OutSize, Kernel, Options>> {
  constructor(inChannels: In, outChannels: OutSize, kernel: Kernel, options?: Options) {
    super(inChannels, outChannels, [inChannels, outChannels / (options?.groups ?? 1), kernel], options);
  }

  protected override filtered(x: Tensor, movement: ConvTranspose1dOptions): Tensor {
    return convTranspose1d(x, this.weight, this.bias, movement);
  }

  override multiplyAdds(input: readonly number[]): number {
    return sizeOf(input) * sizeOf(this.weight.shape.slice(1));
  }
}

/** The way back of a `Conv2d`: each pixel spreads a filter over the output. */
export class ConvTranspose2d<
  const In extends number,
  const OutSize extends number,
  const Kernel extends PerAxis,
  const Options extends ConvTranspose2dOptions = Record<never, never>,
> extends FilterLayer<ConvTranspose2dShape<In, OutSize, Kernel, Options>> {
  constructor(inChannels: In, outChannels: OutSize, kernel: Kernel, options?: Options) {
    const groups = options?.groups ?? 1;
    super(inChannels, outChannels, [inChannels, outChannels / groups, ...square(kernel)], options);
  }

  protected override filtered(x: Tensor, movement: ConvTranspose2dOptions): Tensor {
    return convTranspose2d(x, this.weight, this.bias, movement);
  }

  override multiplyAdds(input: readonly number[]): number {
    return sizeOf(input) * sizeOf(this.weight.shape.slice(1));
  }
}
