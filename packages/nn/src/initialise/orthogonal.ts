import { fillNormal, fromArray, noGrad, qr, type RandomKey, type Tensor } from '@sonograd/tensor';
import { sizeOf } from '../module/shape.ts';
import { fansOf } from './fans.ts';

export interface OrthogonalOptions {
  readonly gain?: number;
}

/**
 * Rows at right angles to each other (columns, where there are more rows), so that no direction of a signal grows or
 * fades (Saxe, McClelland and Ganguli, 2014). A random matrix loses its skew by QR; the signs of R make the draw even.
 */
export function orthogonal(
  shape: readonly number[],
  key: RandomKey,
  { gain = 1 }: OrthogonalOptions = {},
): Tensor {
  fansOf('orthogonal', shape);
  const rows = shape[0] ?? 0;
  const columns = rows > 0 ? sizeOf(shape) / rows : 0;
  const [tall, thin] = [Math.max(rows, columns), Math.min(rows, columns)];
  const values = noGrad(() => {
    const drawn = fromArray(fillNormal(new Float32Array(tall * thin), key), [tall, thin]) as Tensor;
    const { q, r } = qr(drawn);
    const signs = Float32Array.from({ length: thin }, (_, index) =>
      r.data[index * (thin + 1)]! < 0 ? -gain : gain,
    );
    const even = q.mul(fromArray(signs, [thin]) as Tensor) as Tensor;
    return (rows < columns ? even.transpose(0, 1) : even).data.slice();
  });
  return fromArray(values as Float32Array, shape);
}
