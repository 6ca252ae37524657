import { heap } from '@sonograd/wasm';

/** Pointers into the heap. A is [m, k], or [k, m] where transposed; B is [k, n] or [n, k]; out is [m, n]. */
export interface MatmulArguments {
  readonly out: number;
  readonly a: number;
  readonly b: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Elements from one row of memory to the next; the row's length unless given. */
  readonly lda?: number;
  readonly ldb?: number;
  readonly ldOut?: number;
  readonly batch?: number;
  /** Elements from one matrix of the batch to the next; 0 uses the same one for all. */
  readonly strideA?: number;
  readonly strideB?: number;
  readonly strideOut?: number;
  /** Pointer to n numbers, added to each row. */
  readonly bias?: number;
  readonly activation?: 'relu';
  /** Adds to what is in out; not together with a bias. */
  readonly accumulate?: boolean;
}

/** The same with everything said: strides in bytes by row, column, step of the inner size and matrix of the batch. */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: number;
  readonly out: number;
  readonly outRow: number;
  readonly outBatch: number;
  readonly a: number;
  readonly aRow: number;
  readonly aStep: number;
  readonly aBatch: number;
  readonly b: number;
  readonly bStep: number;
  readonly bColumn: number;
  readonly bBatch: number;
  /** What the products are added to: the result itself, a row of biases, or zeros that are read again and again. */
  readonly start: number;
  readonly startRow: number;
  readonly startColumn: number;
  readonly startBatch: number;
  /** Results below this become this. */
  readonly floor: number;
}

/** Eight zeros, for sums that start from nothing. */
let zeros = 0;

export function zeroRow(): number {
  if (zeros === 0) {
    zeros = heap.allocate(64);
    heap.f32(zeros, 16).fill(0);
  }
  return zeros;
}

/** An inner size of zero is done as one step of zeros, so that no loop has to look whether there is a first step. */
function withoutInnerSize(given: MatmulArguments): MatmulArguments {
  const zeros = { a: zeroRow(), b: zeroRow(), lda: 0, ldb: 0, strideA: 0, strideB: 0 };
  return { ...given, ...zeros, k: 1, transposeA: false, transposeB: true };
}

export function productOf(asked: MatmulArguments): Product {
  const given = asked.k === 0 ? withoutInnerSize(asked) : asked;
  const { out, a, b, m, n, k, transposeA = false, transposeB = false, batch = 1, bias, accumulate } = given;
  const { lda = transposeA ? m : k, ldb = transposeB ? k : n, ldOut = n } = given;
  const { strideA = m * k, strideB = k * n, strideOut = m * n } = given;
  if (accumulate && bias !== undefined) {
    throw new Error(`matmul: accumulate excludes a bias, accumulate=true bias=${bias}`);
  }
  return {
    m,
    n,
    k,
    batch,
    out,
    outRow: 4 * ldOut,
    outBatch: 4 * strideOut,
    a,
    aRow: transposeA ? 4 : 4 * lda,
    aStep: transposeA ? 4 * lda : 4,
    aBatch: 4 * strideA,
    b,
    bStep: transposeB ? 4 : 4 * ldb,
    bColumn: transposeB ? 4 * ldb : 4,
    bBatch: 4 * strideB,
    start: accumulate ? out : (bias ?? zeroRow()),
    startRow: accumulate ? 4 * ldOut : 0,
    startColumn: accumulate || bias !== undefined ? 4 : 0,
    startBatch: accumulate ? 4 * strideOut : 0,
    floor: given.activation === 'relu' ? 0 : -Infinity,
  };
}
