import { f32, f32x4, type I32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';

/** A matrix against one vector: each number of the matrix is used once, so nothing is packed and memory is the limit. */
const parameters = {
  out: 'i32',
  start: 'i32',
  /** 4, or 0 where all results start from the same number. */
  startStep: 'i32',
  matrix: 'i32',
  rowBytes: 'i32',
  vector: 'i32',
  depth: 'i32',
  floor: 'f32',
} as const;

/** How many rows are read side by side: enough streams to keep memory busy. */
const together = 4;
const rowNumbers = Array.from({ length: together }, (_, row) => row);

export const vectorKernels = kernelFamily('matmulVector', (family) => ({
  /** out[i] = start + Σ matrix[i, p] · vector[p]. Items are rows of the matrix. */
  dots: family.kernel(parameters, (k, { out, start, startStep, matrix, rowBytes, vector, depth, floor }) => {
    k.for(k.begin, k.end, together, (row) => {
      const rows = rowPointers(k, row.mul(rowBytes).add(matrix), rowBytes, k.end.sub(row));
      const sums = rowNumbers.map((index) => k.variable(f32x4, 0, `sum${index}`));
      k.forLanes(0, depth, (at) => {
        const factors = k.let(at.load(vector));
        rows.forEach((pointer, index) => {
          sums[index].set(at.load(pointer).mulAdd(factors, sums[index]));
        });
      });
      sums.forEach((sum, index) => {
        const item = k.let(row.add(index));
        k.if(item.lt(k.end), () => {
          const total = f32.load(item.mul(startStep).add(start)).add(sum.sumLanes());
          k.store(item.shl(2).add(out), total.max(floor));
        });
      });
    });
  }),

  /** out[j] = start + Σ vector[p] · matrix[p, j]. Items are columns of the matrix; rows are read four at a time. */
  blend: family.kernel(parameters, (k, { out, start, startStep, matrix, rowBytes, vector, depth, floor }) => {
    k.for(k.begin, k.end, 1, (item) => {
      k.store(item.shl(2).add(out), f32.load(item.mul(startStep).add(start)));
    });
    const whole = k.let(depth.and(-together), 'whole');
    k.for(0, whole, together, (step) => addRows(k, step, together, { out, matrix, rowBytes, vector }));
    k.for(whole, depth, 1, (step) => addRows(k, step, 1, { out, matrix, rowBytes, vector }));
    k.forLanes(k.begin, k.end, (at) => at.store(out, at.load(out).pmax(floor.splat())));
  }),
}));

function addRows(
  k: KernelBuilder,
  step: I32,
  count: number,
  { out, matrix, rowBytes, vector }: Record<'out' | 'matrix' | 'rowBytes' | 'vector', I32>,
): void {
  const first = step.mul(rowBytes).add(matrix);
  const rows = rowNumbers.slice(0, count).map((row) => {
    const factor = k.let(f32x4.loadSplat(step.shl(2).add(vector), 4 * row));
    return { factor, pointer: k.let(rowBytes.mul(row).add(first)) };
  });
  k.forLanes(k.begin, k.end, (at) => {
    at.store(
      out,
      rows.reduce((sum, { factor, pointer }) => factor.mulAdd(at.load(pointer), sum), at.load(out)),
    );
  });
}

/** Rows that are missing repeat the one before. */
function rowPointers(k: KernelBuilder, first: I32, rowBytes: I32, left: I32): I32[] {
  const pointers = [k.let(first)];
  for (const row of rowNumbers.slice(1)) {
    const above = pointers[row - 1];
    pointers.push(k.let(left.gt(row).select(above.add(rowBytes), above)));
  }
  return pointers;
}
