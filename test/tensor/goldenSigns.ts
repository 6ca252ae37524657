import { fromArray, mul, type Tensor } from '@sonograd/tensor';

type Matrix = Tensor<readonly number[]>;

/**
 * The signs of singular vectors and of the columns of q are free. Golden files fix them: the largest entry of
 * each column of u is positive, and the diagonal of r.
 */
export function turned(op: string, fields: unknown): unknown {
  if (op === 'svd') {
    const { u, s, v } = fields as { u: Matrix; s: Matrix; v: Matrix };
    const signs = signsOfLargest(u);
    return { u: mul(u, rowOf(signs)), s, v: mul(v, rowOf(signs)) };
  }
  if (op === 'qr') {
    const { q, r } = fields as { q: Matrix; r: Matrix };
    const [rows, columns] = r.shape as [number, number];
    const signs = Array.from({ length: rows }, (_, i) => Math.sign(r.data[i * columns + i] as number));
    return { q: mul(q, rowOf(signs)), r: mul(r, fromArray(Float32Array.from(signs), [rows, 1])) };
  }
  return fields;
}

function rowOf(signs: number[]): Tensor<[1, number]> {
  return fromArray(Float32Array.from(signs), [1, signs.length]);
}

function signsOfLargest(u: Matrix): number[] {
  const [rows, columns] = u.shape as [number, number];
  return Array.from({ length: columns }, (_, column) => {
    const entries = Array.from({ length: rows }, (_, row) => u.data[row * columns + column] as number);
    return Math.sign(
      entries.reduce((largest, entry) => (Math.abs(entry) > Math.abs(largest) ? entry : largest), 0),
    );
  });
}
