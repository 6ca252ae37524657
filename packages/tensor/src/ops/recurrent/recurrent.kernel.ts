import { type I32, i32, type Kernel, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import { tileRows, type Values } from '../matmul/strip.kernel.ts';
import type { Cell } from './cells.ts';
import {
  backRow,
  backwardParameters,
  forwardParameters,
  type sharedParameters,
  stepRow,
} from './row.kernel.ts';
import { multiplyRows } from './strips.kernel.ts';

export interface RecurrentKernels {
  readonly forward: Kernel<typeof forwardParameters>;
  readonly backward: Kernel<typeof backwardParameters>;
}

const families = new Map<string, RecurrentKernels>();

export function recurrentKernels(cell: Cell): RecurrentKernels {
  const known = families.get(cell.name);
  if (known !== undefined) return known;
  const family = kernelFamily(cell.name, ({ kernel }) => ({
    forward: kernel(forwardParameters, (k, given) => {
      eachStep(k, given, 'onward', (time, rows) => {
        const { units, recurrent, hidden, bias } = given;
        const width = k.let(units.mul(cell.gates));
        multiplyRows(k, given, rows, {
          a: hidden,
          aRow: units.shl(2),
          start: bias,
          startRow: i32(0),
          out: recurrent,
          outRow: width.shl(2),
        });
        eachRow(k, rows, (row) => stepRow(k, cell, given, row, time));
      });
    }),
    backward: kernel(backwardParameters, (k, given) => {
      eachStep(k, given, 'back', (time, rows) => {
        const { units, steps, dHidden, dFromHidden } = given;
        const widthBytes = k.let(units.mul(4 * cell.gates));
        eachRow(k, rows, (row) => backRow(k, cell, given, row, time));
        multiplyRows(k, given, rows, {
          a: dFromHidden.add(time.mul(widthBytes)),
          aRow: steps.mul(widthBytes),
          start: dHidden,
          startRow: units.shl(2),
          out: dHidden,
          outRow: units.shl(2),
        });
      });
    }),
  }));
  families.set(cell.name, family);
  return family;
}

/** Some rows of the batch. */
interface Rows {
  readonly first: I32;
  readonly count: I32;
}

/**
 * All steps of the rows that the items stand for. No thread waits for another between steps, which is what a
 * product shared by all threads would ask for; the price is that each reads the recurrent weights for itself.
 */
function eachStep(
  k: KernelBuilder,
  { batch, steps, isReverse }: Values<typeof sharedParameters>,
  direction: 'onward' | 'back',
  body: (time: I32, rows: Rows) => void,
): void {
  const first = k.let(k.begin.mul(tileRows), 'firstRow');
  const count = k.let(k.end.mul(tileRows).min(batch).sub(first), 'rowCount');
  k.for(0, steps, 1, (step) => {
    const mirrored = steps.sub(1).sub(step);
    const [ahead, backward] = direction === 'onward' ? [step, mirrored] : [mirrored, step];
    body(k.let(isReverse.select(backward, ahead), 'time'), { first, count });
  });
}

function eachRow(k: KernelBuilder, { first, count }: Rows, body: (row: I32) => void): void {
  k.for(first, first.add(count), 1, body, 'row');
}
