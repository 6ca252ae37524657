import { foldIn, noGrad, qr, randn, randomKey, svd, type Tensor } from '@sonograd/tensor';

/** Directions that are followed beside the wanted ones; the nearest neighbours then do not get in the way. */
const beside = 10;
const passes = 40;

export interface TopSingular {
  /** [rows, rank] */
  readonly u: Tensor;
  /** [rank], falling. */
  readonly s: Tensor;
  /** [columns, rank] */
  readonly v: Tensor;
}

/**
 * The largest singular values of a matrix and their vectors, by orthogonal iteration from random directions (Halko,
 * Martinsson and Tropp, 2011). All of them take minutes for 1024 × 1024, and twenty are wanted.
 */
export function topSingular(matrix: Tensor, rank: number): TopSingular {
  return noGrad(() => {
    const [rows, columns] = matrix.shape as [number, number];
    const count = Math.min(rank + beside, rows, columns);
    const transposed = matrix.transpose(0, 1) as Tensor;
    let basis = randn([columns, count], { key: foldIn(randomKey(0), 'directions') }) as Tensor;
    for (let pass = 0; pass < passes; pass++) {
      const turned = transposed.matmul(matrix.matmul(basis) as Tensor) as Tensor;
      basis = qr(turned).q as Tensor;
    }
    const { u, s, v } = svd(matrix.matmul(basis) as Tensor);
    return {
      u: u.slice(1, 0, rank) as Tensor,
      s: s.slice(0, 0, rank) as Tensor,
      v: basis.matmul(v as Tensor).slice(1, 0, rank) as Tensor,
    };
  });
}
