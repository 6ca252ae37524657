import { heap } from '@sonograd/wasm';
import { type MatmulArguments, runMatmul } from '../../packages/tensor/src/ops/matmul/runMatmul.ts';

export type Sizes = readonly [m: number, n: number, k: number];

/** Everything but the pointers; `hasBias` stands for one. Memory between rows and matrices is part of the test. */
export interface Options extends Omit<MatmulArguments, 'out' | 'a' | 'b' | 'm' | 'n' | 'k' | 'bias'> {
  readonly hasBias?: boolean;
}

/** Numbers from -1 to 1 that differ from call to call by their seed alone (a multiplicative generator, Lehmer 1951). */
export function numbers(length: number, seed: number): Float32Array {
  let state = (seed % 2147483646) + 1;
  return Float32Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  });
}

const slack = 32;
const blank = 12345;

export interface Case {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly bias: Float32Array;
  readonly before: Float32Array;
}

interface Layout {
  readonly lda: number;
  readonly ldb: number;
  readonly ldOut: number;
  readonly batch: number;
  readonly strideA: number;
  readonly strideB: number;
  readonly strideOut: number;
}

export function layoutOf([m, n, k]: Sizes, options: Options): Layout {
  const { transposeA = false, transposeB = false, batch = 1 } = options;
  const { lda = transposeA ? m : k, ldb = transposeB ? k : n, ldOut = n } = options;
  const { strideA = (transposeA ? k : m) * lda, strideB = (transposeB ? n : k) * ldb } = options;
  return { lda, ldb, ldOut, batch, strideA, strideB, strideOut: options.strideOut ?? m * ldOut };
}

function lengthsOf([m, n, k]: Sizes, options: Options): { a: number; b: number; out: number } {
  const { lda, ldb, ldOut, batch, strideA, strideB, strideOut } = layoutOf([m, n, k], options);
  return {
    a: strideA * (batch - 1) + (options.transposeA ? k : m) * lda,
    b: strideB * (batch - 1) + (options.transposeB ? n : k) * ldb,
    out: strideOut * (batch - 1) + m * ldOut,
  };
}

export function caseOf(sizes: Sizes, options: Options): Case {
  const lengths = lengthsOf(sizes, options);
  return {
    a: numbers(lengths.a, 1),
    b: numbers(lengths.b, 2),
    bias: numbers(sizes[1], 3),
    before: options.accumulate ? numbers(lengths.out, 4) : new Float32Array(lengths.out).fill(blank),
  };
}

/** Runs in the heap; also says whether anything next to the result was touched. */
export function multiply(sizes: Sizes, options: Options, given = caseOf(sizes, options)): Float32Array {
  const [m, n, k] = sizes;
  const { hasBias, ...rest } = options;
  const pointers = [given.a, given.b, given.bias].map((values) => {
    const pointer = heap.allocate(values.length * 4);
    heap.f32(pointer, values.length).set(values);
    return pointer;
  });
  const [a, b, bias] = pointers as [number, number, number];
  const length = given.before.length;
  const room = heap.allocate((length + 2 * slack) * 4);
  heap.f32(room, length + 2 * slack).fill(blank);
  const out = room + slack * 4;
  heap.f32(out, length).set(given.before);
  runMatmul({ out, a, b, m, n, k, ...layoutOf(sizes, options), ...rest, ...(hasBias ? { bias } : {}) });
  const result = heap.f32(out, length).slice();
  const around = [...heap.f32(room, slack), ...heap.f32(out + length * 4, slack)];
  for (const pointer of [...pointers, room]) heap.free(pointer);
  if (around.some((value) => value !== blank)) throw new Error(`matmul: wrote outside of out, [${sizes}]`);
  return result;
}

/** The same in float64, with what lies between rows as it was. */
export function expected(
  sizes: Sizes,
  options: Options,
  { a, b, bias, before } = caseOf(sizes, options),
): Float64Array {
  const [m, n, k] = sizes;
  const { lda, ldb, ldOut, batch, strideA, strideB, strideOut } = layoutOf(sizes, options);
  const [aRow, aStep] = options.transposeA ? [1, lda] : [lda, 1];
  const [bStep, bColumn] = options.transposeB ? [1, ldb] : [ldb, 1];
  const out = Float64Array.from(before);
  for (let index = 0; index < batch; index++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const place = index * strideOut + i * ldOut + j;
        let sum = options.accumulate ? before[place]! : options.hasBias ? bias[j]! : 0;
        for (let p = 0; p < k; p++) {
          sum += a[index * strideA + i * aRow + p * aStep]! * b[index * strideB + p * bStep + j * bColumn]!;
        }
        out[place] = options.activation === 'relu' ? Math.max(sum, 0) : sum;
      }
    }
  }
  return out;
}

/** The largest difference, as a fraction of the size that a sum of k products of such numbers has. */
export function worstError(sizes: Sizes, options: Options): number {
  const given = caseOf(sizes, options);
  const [found, wanted] = [multiply(sizes, options, given), expected(sizes, options, given)];
  const scale = Math.sqrt(sizes[2] + 1);
  return found.reduce((worst, value, index) => {
    const error = Math.abs(value - wanted[index]!) / scale;
    return Number.isNaN(error) ? error : Math.max(worst, error);
  }, 0);
}
