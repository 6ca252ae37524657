import { type Algebra, numberAlgebra } from '../../elementwise/algebra.ts';
import { engineUsesHeap } from '../../engine/engine.ts';
import { sameShape, showShape } from '../../shape/shape.ts';
import type { Tensor } from '../../tensor.ts';
import { type ListKernel, listKernel } from './list.kernel.ts';

type Lists<Slot extends string> = Readonly<Record<Slot, readonly Tensor[]>>;
type Values<Name extends string, T> = Readonly<Record<Name, T>>;

/** How the elements of several lists of tensors change together. */
export interface ListRule<Slot extends string, Constant extends string> {
  readonly name: string;
  /** The lists: parameters, their gradients, the optimizer's memory. The first tensors belong together, and so on. */
  readonly slots: readonly Slot[];
  readonly constants: readonly Constant[];
  /** New values for the slots that change. */
  readonly update: <T>(
    m: Algebra<T>,
    values: Values<Slot, T>,
    constants: Values<Constant, T | number>,
  ) => Partial<Values<Slot, T>>;
}

/** Changes the lists in place, all tensors in one pass; no gradient flows. */
export type ListUpdate<Slot extends string, Constant extends string> = (
  lists: Lists<Slot>,
  constants: Values<Constant, number>,
) => void;

/** Makes of one formula the reference loop and the kernel. */
export function listUpdate<Slot extends string, Constant extends string>(
  rule: ListRule<Slot, Constant>,
): ListUpdate<Slot, Constant> {
  const { name, slots } = rule;
  let kernel: ListKernel<Slot, Constant> | undefined;
  let changed: readonly Slot[] | undefined;
  return (lists, constants) => {
    requireAlike(name, slots, lists);
    changed ??= changedSlots(rule);
    if (engineUsesHeap()) {
      kernel ??= listKernel(rule);
      kernel(lists, constants);
    } else {
      lists[slots[0]!].forEach((_, index) => {
        updateByLoop(rule, lists, index, constants);
      });
    }
    for (const slot of changed) for (const tensor of lists[slot]) tensor.storage.version += 1;
  };
}

function updateByLoop<Slot extends string, Constant extends string>(
  { slots, update }: ListRule<Slot, Constant>,
  lists: Lists<Slot>,
  index: number,
  constants: Values<Constant, number>,
): void {
  const arrays = slots.map((slot) => [slot, lists[slot][index]!.data] as const);
  for (let at = 0; at < arrays[0]![1].length; at++) {
    const values = Object.fromEntries(arrays.map(([slot, data]) => [slot, data[at]!])) as Values<
      Slot,
      number
    >;
    const next = update(numberAlgebra, values, constants);
    for (const [slot, data] of arrays) data[at] = next[slot] ?? data[at]!;
  }
}

/** Which slots a formula gives new values for. */
function changedSlots<Slot extends string, Constant extends string>({
  slots,
  constants,
  update,
}: ListRule<Slot, Constant>): Slot[] {
  const zeros = <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, 0])) as Values<Name, number>;
  return Object.keys(update(numberAlgebra, zeros(slots), zeros(constants))) as Slot[];
}

function requireAlike<Slot extends string>(name: string, slots: readonly Slot[], lists: Lists<Slot>): void {
  const first = lists[slots[0]!];
  for (const slot of slots.slice(1)) {
    const own = lists[slot];
    if (own.length !== first.length) {
      throw new RangeError(
        `${name}: ${slots[0]} and ${slot} must be as many, got ${first.length} and ${own.length}`,
      );
    }
    const odd = own.findIndex(({ shape }, index) => !sameShape(shape, first[index]!.shape));
    if (odd >= 0) {
      throw new RangeError(
        `${name}: ${slots[0]} and ${slot} must have the same shapes, got ${showShape(first[odd]!.shape)} and ` +
          `${showShape(own[odd]!.shape)} at ${odd}`,
      );
    }
  }
}
