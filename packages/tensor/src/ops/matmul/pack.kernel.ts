import { type F32x4, f32x4, i32, wasmProcedure } from '@sonograd/wasm';
import { stripStep, tileColumns, tileRows } from './strip.kernel.ts';

/**
 * Panels of a matrix, packed as [panel][step][8 or 4], so that a tile reads them in order and a strip stays in the
 * first cache. `from` points at the first number; `steps` along the inner size lie `step` bytes apart. The last panel
 * may be narrower than it has room for: what stands there does not matter, for no result is taken from it. So
 * up to 28 bytes behind the matrix are read, which the heap keeps readable.
 */
const parameters = {
  to: 'i32',
  panelBytes: 'i32',
  from: 'i32',
  step: 'i32',
  steps: 'i32',
  count: 'i32',
} as const;

/** Columns of B, or rows of A transposed, that lie side by side. Step by step, since that is how memory is laid out. */
const copyPanels = (name: string, panelWidth: number) =>
  wasmProcedure(name, parameters, (k, { to, panelBytes, from, step, steps, count }) => {
    const source = k.variable(i32, from, 'source');
    const target = k.variable(i32, to, 'target');
    const copied = count.add(panelWidth - 1).and(-panelWidth);
    const rest = k.let(step.sub(copied.shl(2)), 'rest');
    k.for(0, steps, 1, () => {
      const at = k.variable(i32, target, 'at');
      k.for(0, count, panelWidth, () => {
        for (let column = 0; column < panelWidth; column += 4) {
          k.store(at, f32x4.load(source, 4 * column), 4 * column);
        }
        at.set(at.add(panelBytes));
        source.set(source.add(4 * panelWidth));
      });
      source.set(source.add(rest));
      target.set(target.add(4 * panelWidth));
    });
  });

export const packColumns = copyPanels('packColumns', tileColumns);
export const packRows = copyPanels('packRows', tileRows);

/** Columns of B transposed: each is a row of memory, `step` bytes apart; four steps of eight are turned in registers. */
export const packTransposed = wasmProcedure('packTransposed', parameters, (k, given) => {
  const { to, panelBytes, from, step, steps, count } = given;
  const panel = k.variable(i32, to, 'panel');
  const first = k.variable(i32, from, 'first');
  const end = k.variable(i32, steps.mul(stripStep).add(to), 'end');
  k.for(0, count, tileColumns, (done) => {
    const width = k.let(count.sub(done), 'width');
    const columns = [k.variable(i32, first, 'column0')];
    for (let column = 1; column < tileColumns; column++) {
      const before = columns[column - 1];
      columns.push(k.variable(i32, width.gt(column).select(before.add(step), before), `column${column}`));
    }
    const at = k.variable(i32, panel, 'at');
    k.while(
      () => at.ltU(end),
      () => {
        for (const half of [0, 4]) {
          const four = columns.slice(half, half + 4).map((column) => k.let(f32x4.load(column)));
          transpose(four).forEach((numbers, index) => {
            k.store(at, numbers, index * stripStep + 4 * half);
          });
        }
        for (const column of columns) column.set(column.add(16));
        at.set(at.add(4 * stripStep));
      },
    );
    panel.set(panel.add(panelBytes));
    end.set(end.add(panelBytes));
    first.set(step.shl(3).add(first));
  });
});

function transpose([a, b, c, d]: readonly F32x4[]): F32x4[] {
  const [low, high] = [a.shuffle(b, 0, 4, 1, 5), a.shuffle(b, 2, 6, 3, 7)];
  const [lowNext, highNext] = [c.shuffle(d, 0, 4, 1, 5), c.shuffle(d, 2, 6, 3, 7)];
  return [
    low.shuffle(lowNext, 0, 1, 4, 5),
    low.shuffle(lowNext, 2, 3, 6, 7),
    high.shuffle(highNext, 0, 1, 4, 5),
    high.shuffle(highNext, 2, 3, 6, 7),
  ];
}
