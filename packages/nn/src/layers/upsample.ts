import { type InputOf, type PerAxis, resize, type ShapeFunction, type Tensor } from '@sonograd/tensor';
import { Layer } from '../module/layer.ts';
import { showShape } from '../module/shape.ts';
import type { Resized } from './adaptivePool.ts';
import { type Square, square } from './filterLayer.ts';

/** The size itself, or how many times the present one. */
export interface UpsampleOptions {
  readonly size?: PerAxis;
  readonly scaleFactor?: PerAxis;
  readonly mode?: 'nearest' | 'bilinear';
}

type SizeOf<Options> = Options extends { readonly size: infer Size extends PerAxis }
  ? Square<Size>
  : [number, number];

export interface UpsampleShape<Options> extends ShapeFunction {
  readonly output: Resized<'Upsample', InputOf<this>, SizeOf<Options>>;
}

/** Images [batch, channels, height, width] in another size. */
export class Upsample<const Options extends UpsampleOptions> extends Layer<UpsampleShape<Options>> {
  readonly options: UpsampleOptions;

  constructor(options: Options) {
    super();
    if ((options.size === undefined) === (options.scaleFactor === undefined)) {
      throw new TypeError(`Upsample: needs either size or scaleFactor, got ${JSON.stringify(options)}`);
    }
    this.options = options;
  }

  protected override run(x: Tensor): Tensor {
    if (x.rank !== 4) {
      throw new RangeError(`Upsample: x must be [batch, channels, height, width], got ${showShape(x.shape)}`);
    }
    const { mode = 'nearest' } = this.options;
    const [height = 0, width = 0] = this.sizeFor(x.shape.slice(2));
    return resize(x, [height, width], { mode });
  }

  private sizeFor(present: readonly number[]): readonly number[] {
    const { size, scaleFactor = 1 } = this.options;
    if (size !== undefined) return square(size);
    const factors = square(scaleFactor);
    return present.map((length, axis) => Math.floor(length * (factors[axis] ?? 1)));
  }

  override describe(): string {
    return Object.entries(this.options)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', ');
  }
}
