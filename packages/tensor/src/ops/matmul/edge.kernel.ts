import { f32, i32, wasmProcedure } from '@sonograd/wasm';
import { stripStep } from './strip.kernel.ts';

const parameters = {
  sums: 'i32',
  start: 'i32',
  startRow: 'i32',
  startColumn: 'i32',
  out: 'i32',
  outRow: 'i32',
  rows: 'i32',
  width: 'i32',
  floor: 'f32',
} as const;

/** The right edge: a whole strip was computed aside, from zero; the columns that exist are finished one by one. */
export const finishEdge = wasmProcedure('finishEdge', parameters, (k, given) => {
  const { sums, start, startRow, startColumn, out, outRow, rows, width, floor } = given;
  k.for(0, rows, 1, (row) => {
    const from = k.variable(i32, row.mul(startRow).add(start), 'from');
    const at = k.variable(i32, row.mul(stripStep).add(sums), 'at');
    const to = k.variable(i32, row.mul(outRow).add(out), 'to');
    k.for(0, width, 1, () => {
      k.store(to, f32.load(from).add(f32.load(at)).max(floor));
      from.set(from.add(startColumn));
      at.set(at.add(4));
      to.set(to.add(4));
    });
  });
});
