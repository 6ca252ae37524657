import {
  type Conv,
  conv1d,
  conv2d,
  type InputOf,
  type PerAxis,
  type ShapeFunction,
  type Tensor,
} from '@sonograd/tensor';
import { sizeOf } from '../module/shape.ts';
import { FilterLayer, type FilterOptions, type Placement, type Square, square } from './filterLayer.ts';

export type Conv2dOptions = Omit<FilterOptions, 'outputPadding'>;

export interface Conv1dOptions extends Conv2dOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
}

export interface Conv1dShape<In extends number, OutSize extends number, Kernel extends number, Options>
  extends ShapeFunction {
  readonly output: Conv<'Conv1d', InputOf<this>, [OutSize, In, Kernel], Placement<Options>>;
}

export interface Conv2dShape<In extends number, OutSize extends number, Kernel extends PerAxis, Options>
  extends ShapeFunction {
  readonly output: Conv<'Conv2d', InputOf<this>, [OutSize, In, ...Square<Kernel>], Placement<Options>>;
}

/** Filters slide along signals [batch, channels, length]. */
export class Conv1d<
  const In extends number,
  const OutSize extends number,
  const Kernel extends number,
  const Options extends Conv1dOptions = Record<never, never>,
> extends FilterLayer<Conv1dShape<In, OutSize, Kernel, Options>> {
  constructor(inChannels: In, outChannels: OutSize, kernel: Kernel, options?: Options) {
    super(inChannels, outChannels, [outChannels, inChannels / (options?.groups ?? 1), kernel], options);
  }

  protected override filtered(x: Tensor, movement: Conv1dOptions): Tensor {
    return conv1d(x, this.weight, this.bias, movement);
  }

  override multiplyAdds(_input: readonly number[], output: readonly number[]): number {
    return sizeOf(output) * sizeOf(this.weight.shape.slice(1));
  }
}

/** Filters slide over images [batch, channels, height, width]. */
export class Conv2d<
  const In extends number,
  const OutSize extends number,
  const Kernel extends PerAxis,
  const Options extends Conv2dOptions = Record<never, never>,
> extends FilterLayer<Conv2dShape<In, OutSize, Kernel, Options>> {
  constructor(inChannels: In, outChannels: OutSize, kernel: Kernel, options?: Options) {
    const groups = options?.groups ?? 1;
    super(inChannels, outChannels, [outChannels, inChannels / groups, ...square(kernel)], options);
  }

  protected override filtered(x: Tensor, movement: Conv2dOptions): Tensor {
    return conv2d(x, this.weight, this.bias, movement);
  }

  override multiplyAdds(_input: readonly number[], output: readonly number[]): number {
    return sizeOf(output) * sizeOf(this.weight.shape.slice(1));
  }
}
