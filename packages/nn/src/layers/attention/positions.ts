import { fillNormal, fromArray, type RandomKey, type SameShape, type Tensor } from '@sonograd/tensor';
import { parameter } from '../../module/fields.ts';
import { layerKey } from '../../module/keys.ts';
import { Layer } from '../../module/layer.ts';
import { showShape } from '../../module/shape.ts';

/** x plus sines and cosines of its positions, of wavelengths from 2π to 20000π (Vaswani et al., 2017, 3.5). */
export class SinusoidalPositions extends Layer<SameShape> {
  #table: Float32Array = new Float32Array();

  constructor(readonly width: number) {
    super();
  }

  protected override run(x: Tensor): Tensor {
    const length = stepsOf('SinusoidalPositions', x, this.width);
    const size = length * this.width;
    if (this.#table.length < size) this.#table = sinusoids(length, this.width);
    return x.add(
      fromArray(this.#table.subarray(0, size) as Float32Array, [length, this.width]) as Tensor,
    ) as Tensor;
  }

  override describe(): string {
    return `${this.width}`;
  }
}

export interface PositionOptions {
  readonly key?: RandomKey;
}

/** x plus a learnt row for each of up to `length` positions. */
export class LearnedPositions extends Layer<SameShape> {
  readonly weight: Tensor;

  constructor(
    readonly length: number,
    readonly width: number,
    { key }: PositionOptions = {},
  ) {
    super();
    // A small deviation, as in BERT and GPT-2: positions should not drown what stands there.
    const rows = fillNormal(new Float32Array(length * width), layerKey(key), 0, 0.02);
    this.weight = parameter(fromArray(rows, [length, width]));
  }

  protected override run(x: Tensor): Tensor {
    const length = stepsOf('LearnedPositions', x, this.width);
    if (length > this.length) {
      throw new RangeError(`LearnedPositions: there are ${this.length} positions, got ${showShape(x.shape)}`);
    }
    return x.add(this.weight.slice(0, 0, length) as Tensor) as Tensor;
  }

  override describe(): string {
    return `${this.length} of ${this.width}`;
  }
}

function stepsOf(layer: string, { rank, shape }: Tensor, width: number): number {
  if (rank >= 2 && shape[rank - 1] === width) return shape[rank - 2] ?? 0;
  throw new RangeError(`${layer}: x must be [..., steps, ${width}], got ${showShape(shape)}`);
}

function sinusoids(length: number, width: number): Float32Array {
  return Float32Array.from({ length: length * width }, (_, index) => {
    const [position, column] = [Math.floor(index / width), index % width];
    const angle = position / 10000 ** ((column - (column % 2)) / width);
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}
