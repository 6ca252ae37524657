import {
  avgPool1d,
  avgPool2d,
  type InputOf,
  maxPool1d,
  maxPool2d,
  type PerAxis,
  type Pool,
  type ShapeFunction,
  type Tensor,
} from '@sonograd/tensor';
import { Layer } from '../module/layer.ts';

export interface MaxPoolOptions<Size extends PerAxis = PerAxis> {
  /** How far apart the windows are; side by side unless given. */
  readonly stride?: Size;
  readonly padding?: Size;
  readonly dilation?: Size;
}

export interface AvgPoolOptions<Size extends PerAxis = PerAxis>
  extends Omit<MaxPoolOptions<Size>, 'dilation'> {
  /** Whether zeros of the padding count in the mean; yes unless given. */
  readonly countIncludePad?: boolean;
}

export interface PoolShape<Name extends string, Kernel extends PerAxis, Options> extends ShapeFunction {
  readonly output: Pool<Name, InputOf<this>, Kernel, Options>;
}

/** What the four have in common: a window and how it moves. */
abstract class PoolLayer<Shapes extends ShapeFunction, Options extends object> extends Layer<Shapes> {
  readonly options: Options;

  constructor(
    readonly kernelSize: PerAxis,
    options: Options | undefined,
  ) {
    super();
    this.options = options ?? ({} as Options);
  }

  override describe(): string {
    const options = Object.entries(this.options).map(([name, value]) => `, ${name} ${String(value)}`);
    return `window ${String(this.kernelSize)}${options.join('')}`;
  }
}

/** The maximum of each window of [batch, channels, length]. */
export class MaxPool1d<
  const Kernel extends number,
  const Options extends MaxPoolOptions<number> = Record<never, never>,
> extends PoolLayer<PoolShape<'MaxPool1d', Kernel, Options>, MaxPoolOptions> {
  constructor(kernelSize: Kernel, options?: Options) {
    super(kernelSize, options);
  }

  protected override run(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options);
  }
}

/** The maximum of each window of [batch, channels, height, width]. */
export class MaxPool2d<
  const Kernel extends PerAxis,
  const Options extends MaxPoolOptions = Record<never, never>,
> extends PoolLayer<PoolShape<'MaxPool2d', Kernel, Options>, MaxPoolOptions> {
  constructor(kernelSize: Kernel, options?: Options) {
    super(kernelSize, options);
  }

  protected override run(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window of [batch, channels, length]. */
export class AvgPool1d<
  const Kernel extends number,
  const Options extends AvgPoolOptions<number> = Record<never, never>,
> extends PoolLayer<PoolShape<'AvgPool1d', Kernel, Options>, AvgPoolOptions> {
  constructor(kernelSize: Kernel, options?: Options) {
    super(kernelSize, options);
  }

  protected override run(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window of [batch, channels, height, width]. */
export class AvgPool2d<
  const Kernel extends PerAxis,
  const Options extends AvgPoolOptions = Record<never, never>,
> extends PoolLayer<PoolShape<'AvgPool2d', Kernel, Options>, AvgPoolOptions> {
  constructor(kernelSize: Kernel, options?: Options) {
    super(kernelSize, options);
  }

  protected override run(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}
