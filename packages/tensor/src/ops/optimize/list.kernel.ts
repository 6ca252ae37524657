import {
  type F32,
  type F32x4,
  heap,
  type I32,
  i32,
  type KernelParameters,
  kernelFamily,
} from '@sonograd/wasm';
import { elementsPerRange } from '../../elementwise/grain.ts';
import { lanesAlgebra } from '../../elementwise/lanesAlgebra.ts';
import type { Tensor } from '../../tensor.ts';
import type { ListRule } from './listRule.ts';

/** Elements of one item. With four or five arrays they fill the second cache, and take some 10 µs. */
const chunkElements = 8192;

/** One kernel for a rule; its items are chunks of the tensors, which a table in the heap names. */
export type ListKernel<Slot extends string, Constant extends string> = (
  lists: Readonly<Record<Slot, readonly Tensor[]>>,
  constants: Readonly<Record<Constant, number>>,
) => void;

export function listKernel<Slot extends string, Constant extends string>({
  name,
  slots,
  constants,
  update,
}: ListRule<Slot, Constant>): ListKernel<Slot, Constant> {
  const parameters: KernelParameters = {
    table: 'i32',
    ...Object.fromEntries(constants.map((constant) => [constant, 'f32'])),
  };
  const { step } = kernelFamily(name, (family) => ({
    step: family.kernel(parameters, (k, given) => {
      const [table, numbers] = [given.table as I32, given as Readonly<Record<string, I32 | F32>>];
      const splats = record(constants, (constant) => k.let((numbers[constant] as F32).splat()));
      k.for(k.begin, k.end, 1, (item) => {
        const row = k.let(table.add(item.mul(4 * (slots.length + 1))));
        const count = i32.load(row, 4 * slots.length);
        const pointers = record(slots, (slot) => k.let(i32.load(row, 4 * slots.indexOf(slot))));
        k.forLanes(0, count, (at) => {
          const values = record(slots, (slot) => k.let(at.load(pointers[slot])));
          const next = update<F32x4>(lanesAlgebra, values, splats);
          const settled = slots.flatMap((slot) => {
            const value = next[slot];
            return value === undefined ? [] : [[slot, k.let(value)] as const];
          });
          for (const [slot, value] of settled) at.store(pointers[slot], value);
        });
      });
    }),
  }));
  return (lists, numbers) => {
    const values = constants.map((constant) => numbers[constant]);
    withTable(
      slots.map((slot) => lists[slot]),
      (table, items, grain) => step.run(items, [table, ...values], grain),
    );
  };
}

/** Lays out a row for each chunk: where it starts in each list, and its number of elements. */
export function withTable<Result>(
  lists: readonly (readonly Tensor[])[],
  body: (table: number, items: number, grain: number) => Result,
): Result {
  const first = lists[0]!;
  const chunks = first.reduce((count, { size }) => count + Math.ceil(size / chunkElements), 0);
  const pointers = lists.map((list) => list.map((tensor) => tensor.pointer));
  const table = heap.allocate(4 * (lists.length + 1) * chunks);
  const words = heap.i32(table, (lists.length + 1) * chunks);
  let at = 0;
  for (let index = 0; index < first.length; index++) {
    const { size } = first[index]!;
    for (let start = 0; start < size; start += chunkElements) {
      for (const list of pointers) words[at++] = list[index]! + 4 * start;
      words[at++] = Math.min(chunkElements, size - start);
    }
  }
  const total = first.reduce((sum, { size }) => sum + size, 0);
  try {
    return body(table, chunks, total > elementsPerRange ? 1 : chunks);
  } finally {
    heap.free(table);
  }
}

function record<Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, T>;
}
