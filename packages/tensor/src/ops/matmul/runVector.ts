import type { Product } from './product.ts';
import { vectorKernels } from './vector.kernel.ts';

/** A product in which one side is a single row or column, and the other a matrix. */
interface VectorForm {
  readonly out: number;
  /** Results in out. */
  readonly length: number;
  readonly start: number;
  readonly startStep: number;
  readonly matrix: number;
  readonly rowBytes: number;
  /** Whether a row of memory gives one result, or all rows together give each. */
  readonly isByRow: boolean;
  readonly vector: number;
  readonly depth: number;
  readonly floor: number;
}

/** Numbers of the matrix that are worth another thread: about 20 µs of memory. */
const worthwhileNumbers = 1e5;

/** Undefined where neither side is a vector whose numbers lie side by side. */
export function vectorForm(product: Product): VectorForm | undefined {
  const { m, n, k: depth, batch, out, start, floor } = product;
  if (batch > 1) return undefined;
  if (m === 1 && product.aStep === 4) {
    const isByRow = product.bStep === 4;
    const rowBytes = isByRow ? product.bColumn : product.bStep;
    const { startColumn: startStep, b: matrix, a: vector } = product;
    return { out, length: n, start, startStep, matrix, rowBytes, isByRow, vector, depth, floor };
  }
  if (n === 1 && product.bStep === 4 && product.outRow === 4) {
    const isByRow = product.aStep === 4;
    const rowBytes = isByRow ? product.aRow : product.aStep;
    const { startRow: startStep, a: matrix, b: vector } = product;
    return { out, length: m, start, startStep, matrix, rowBytes, isByRow, vector, depth, floor };
  }
  return undefined;
}

export function runVector(form: VectorForm): void {
  const { out, length, start, startStep, matrix, rowBytes, isByRow, vector, depth, floor } = form;
  const grain = Math.ceil(worthwhileNumbers / (depth + 1) / 64) * 64;
  const kernel = isByRow ? vectorKernels.dots : vectorKernels.blend;
  kernel.run(length, [out, start, startStep, matrix, rowBytes, vector, depth, floor], grain);
}
