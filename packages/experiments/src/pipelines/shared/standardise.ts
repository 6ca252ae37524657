import { buffer, type Dataset, Layer } from '@sonograd/nn';
import { ones, type Tensor, zeros } from '@sonograd/tensor';
import type { Labelled } from './labelled.ts';

/** Below this a spread is that of a constant, which is only moved to zero. */
const smallestSpread = 1e-6;

/**
 * (x - mean) / deviation, for each number of a row its own. Both are buffers, so they travel with the weights: a model
 * that was trained on standardised rows standardises whatever it is asked about.
 */
export class Standardise extends Layer {
  readonly mean: Tensor;
  readonly deviation: Tensor;

  constructor(readonly size: number) {
    super();
    this.mean = buffer(zeros([size]) as Tensor);
    this.deviation = buffer(ones([size]) as Tensor);
  }

  protected override run(x: Tensor): Tensor {
    return x.sub(this.mean).div(this.deviation);
  }

  /** Takes the numbers from rows, in double precision. */
  async measure(rows: Dataset<Labelled>): Promise<void> {
    const sum = new Float64Array(this.size);
    const squares = new Float64Array(this.size);
    for (let index = 0; index < rows.length; index++) {
      const { x } = await rows.get(index);
      for (let i = 0; i < this.size; i++) {
        sum[i]! += x[i]!;
        squares[i]! += x[i]! ** 2;
      }
    }
    for (let i = 0; i < this.size; i++) {
      const mean = sum[i]! / rows.length;
      const spread = Math.sqrt(Math.max(0, squares[i]! / rows.length - mean ** 2));
      this.mean.data[i] = mean;
      this.deviation.data[i] = spread > smallestSpread ? spread : 1;
    }
  }

  override describe(): string {
    return String(this.size);
  }
}
