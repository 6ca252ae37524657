import { type I32, i32, type KernelBuilder } from '@sonograd/wasm';

/** An axis outside the rows: how often, and by how many bytes each operand moves on. */
export interface OuterAxis {
  readonly size: I32;
  readonly steps: readonly I32[];
}

export interface RowWalk {
  /** Where each operand starts. */
  readonly pointers: readonly I32[];
  /** Items of one row. */
  readonly length: I32;
  /** The innermost first. */
  readonly axes: readonly OuterAxis[];
}

type RowPart = (pointers: readonly I32[], from: I32, to: I32) => void;

/**
 * The kernel's items are the elements of all rows, one row after the other, so that a range may begin and end
 * anywhere. Calls `body` for each row in the range with each operand's pointer to that row and the columns wanted.
 * The divisions that find the first row are skipped at item 0, for the sake of small tensors.
 */
export function forRowParts(k: KernelBuilder, { pointers, length, axes }: RowWalk, body: RowPart): void {
  const rows = pointers.map((pointer) => k.variable(i32, pointer, 'row'));
  const counters = axes.map(() => k.variable(i32, 0, 'counter'));
  const column = k.variable(i32, 0, 'column');
  const left = k.variable(i32, k.end.sub(k.begin), 'left');
  const move = (distance: (operand: number) => I32) => {
    for (const [operand, row] of rows.entries()) row.set(row.add(distance(operand)));
  };
  k.if(k.begin.ne(0), () => {
    column.set(k.begin.remU(length));
    const index = k.variable(i32, k.begin.divU(length), 'index');
    for (const [axis, { size, steps }] of axes.entries()) {
      const counter = counters[axis]!;
      counter.set(index.remU(size));
      index.set(index.divU(size));
      move((operand) => counter.mul(steps[operand]!));
    }
  });
  const advance = (axis: number): void => {
    if (axis === axes.length) return;
    const { size, steps } = axes[axis]!;
    const counter = counters[axis]!;
    move((operand) => steps[operand]!);
    counter.set(counter.add(1));
    k.if(counter.eq(size), () => {
      counter.set(0);
      move((operand) => i32(0).sub(size.mul(steps[operand]!)));
      advance(axis + 1);
    });
  };
  k.while(
    () => left.gt(0),
    () => {
      const to = k.let(column.add(left).min(length), 'to');
      body(rows, column, to);
      left.set(left.sub(to).add(column));
      column.set(0);
      advance(0);
    },
  );
}
