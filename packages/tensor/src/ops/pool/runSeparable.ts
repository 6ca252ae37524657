import { heap } from '@sonograd/wasm';
import type { AnyTensor } from '../../tensor.ts';
import { type Scratch, withScratch } from '../conv/scratch.ts';
import { reserveWorkspace } from '../matmul/workspace.kernel.ts';
import type { Mixture, Run } from './mixture.ts';
import { separableKernels } from './separable.kernel.ts';

/** Numbers that are worth another thread. */
const worthwhileNumbers = 2e4;

export function runSeparable(out: AnyTensor, image: AnyTensor, rows: Mixture, columns: Mixture): void {
  const planes = image.shape[0]! * image.shape[1]!;
  if (out.size === 0) return;
  const [outBytes, imageBytes] = [out.bytes / planes, image.bytes / planes];
  const { workspace, slotBytes } = reserveWorkspace(4 * columns.size + 64);
  withScratch((scratch) => {
    const [rowTable, rowWeights] = rowTables(rows, scratch);
    const [columnTable, columnSteps] = columnTables(columns, scratch);
    separableKernels.planes.run(
      planes,
      [
        out.pointer,
        outBytes,
        rows.runs.length,
        columns.runs.length,
        image.pointer,
        imageBytes,
        columns.size,
        rowTable,
        rowWeights,
        columnTable,
        columnSteps,
        workspace,
        slotBytes,
      ],
      Math.ceil((4 * worthwhileNumbers) / (outBytes + imageBytes)),
    );
  });
}

function rowTables({ runs }: Mixture, scratch: Scratch): [number, number] {
  let at = 0;
  const entries = runs.flatMap(({ first, weights }) => {
    const place = at;
    at += 4 * weights.length;
    return [first, weights.length, place];
  });
  const weights = scratch.bytes(at);
  heap.f32(weights, at / 4).set(runs.flatMap((run) => run.weights));
  return [scratch.integers(entries), weights];
}

/** Four columns at a time take as many steps as the longest of their runs; the others read a zero meanwhile. */
function columnTables({ runs, size }: Mixture, scratch: Scratch): [number, number] {
  const none: Run = { first: 0, weights: [] };
  const entries: number[] = [];
  const steps: number[] = [];
  for (let first = 0; first < runs.length; first += 4) {
    const four = [0, 1, 2, 3].map((lane) => runs[first + lane] ?? none);
    const count = Math.max(...four.map(({ weights }) => weights.length));
    entries.push(count, 4 * steps.length);
    for (let step = 0; step < count; step++) {
      steps.push(...four.map((run) => 4 * (step < run.weights.length ? run.first + step : size)));
      steps.push(...four.map((run) => floatBits(run.weights[step] ?? 0)));
    }
  }
  return [scratch.integers(entries), scratch.integers(steps)];
}

const word = new DataView(new ArrayBuffer(4));

/** Weights stand among integers. */
function floatBits(value: number): number {
  word.setFloat32(0, value);
  return word.getInt32(0);
}
