import { type F32x4, f32x4, type I32, i32, type KernelBuilder } from '@sonograd/wasm';
import { lanesAlgebra } from '../../elementwise/lanesAlgebra.ts';
import type { Values } from '../matmul/strip.kernel.ts';
import type { Cell, CellAlgebra } from './cells.ts';
import { stripsParameters } from './strips.kernel.ts';

/** [batch, steps, …] unless said otherwise; an item is four rows of the batch, with all their steps. */
export const sharedParameters = {
  batch: 'i32',
  steps: 'i32',
  units: 'i32',
  isReverse: 'i32',
  /** [batch]: steps of each row. */
  lengths: 'i32',
  gates: 'i32',
  before: 'i32',
  aside: 'i32',
  ...stripsParameters,
} as const;

export const forwardParameters = {
  ...sharedParameters,
  output: 'i32',
  /** [batch, units]: the present states, in the end the last. */
  hidden: 'i32',
  memory: 'i32',
  /** [batch, width]: h·Uᵀ + c of the present step. */
  recurrent: 'i32',
  bias: 'i32',
} as const;

export const backwardParameters = {
  ...sharedParameters,
  dOutput: 'i32',
  /** [batch, units]: gradients of the present states. */
  dHidden: 'i32',
  dMemory: 'i32',
  dFromInput: 'i32',
  /** May be the same memory, where the gradients are the same. */
  dFromHidden: 'i32',
} as const;

/** Pointers to what belongs to one row at one step, gate by gate where there are several. */
function placesOf(k: KernelBuilder, cell: Cell, given: Values<typeof sharedParameters>, row: I32, time: I32) {
  const place = k.let(row.mul(given.steps).add(time), 'place');
  const unitBytes = k.let(given.units.shl(2), 'unitBytes');
  const atUnit = (array: I32, index: I32) => k.let(index.mul(unitBytes).add(array));
  const atGates = (array: I32, index: I32) => {
    const first = k.let(index.mul(cell.gates).mul(unitBytes).add(array));
    const all = [first];
    while (all.length < cell.gates) all.push(k.let(all[all.length - 1].add(unitBytes)));
    return all;
  };
  return { place, unitBytes, atUnit, atGates };
}

function lanesOf(k: KernelBuilder): CellAlgebra<F32x4> {
  return { ...lanesAlgebra, once: (value) => k.let(value) };
}

export function stepRow(
  k: KernelBuilder,
  cell: Cell,
  given: Values<typeof forwardParameters>,
  row: I32,
  time: I32,
): void {
  const { place, unitBytes, atUnit, atGates } = placesOf(k, cell, given, row, time);
  const output = atUnit(given.output, place);
  const before = atUnit(given.before, place);
  const goesOn = time.lt(i32.load(given.lengths.add(row.shl(2))));
  const step = () => {
    const gates = atGates(given.gates, place);
    const recurrent = atGates(given.recurrent, row);
    const hidden = atUnit(given.hidden, row);
    const memory = cell.hasMemory ? atUnit(given.memory, row) : undefined;
    const aside = cell.hasAside ? atUnit(given.aside, place) : undefined;
    k.forLanes(0, given.units, (at) => {
      const fromInput = gates.map((gate) => at.load(gate));
      const fromHidden = recurrent.map((gate) => k.let(at.load(gate)));
      const [hiddenBefore, memoryBefore] = [hidden, memory].map((state) =>
        k.let(state === undefined ? f32x4(0) : at.load(state)),
      );
      const next = cell.step(lanesOf(k), fromInput, fromHidden, hiddenBefore, memoryBefore);
      const hiddenNext = k.let(next.hidden);
      next.gates.forEach((gate, index) => {
        at.store(gates[index], gate);
      });
      if (aside !== undefined) at.store(aside, next.aside!);
      if (memory !== undefined) at.store(memory, next.memory!);
      at.store(before, hiddenBefore);
      at.store(hidden, hiddenNext);
      at.store(output, hiddenNext);
    });
  };
  k.if(goesOn, step, () => {
    k.memoryFill(output, 0, unitBytes);
    k.memoryFill(before, 0, unitBytes);
  });
}

export function backRow(
  k: KernelBuilder,
  cell: Cell,
  given: Values<typeof backwardParameters>,
  row: I32,
  time: I32,
): void {
  const { place, unitBytes, atUnit, atGates } = placesOf(k, cell, given, row, time);
  const dFromInput = atGates(given.dFromInput, place);
  const dFromHidden = atGates(given.dFromHidden, place);
  const goesOn = time.lt(i32.load(given.lengths.add(row.shl(2))));
  const step = () => {
    const gates = atGates(given.gates, place);
    const before = atUnit(given.before, place);
    const dOutput = atUnit(given.dOutput, place);
    const dHidden = atUnit(given.dHidden, row);
    const dMemory = cell.hasMemory ? atUnit(given.dMemory, row) : undefined;
    const aside = cell.hasAside ? atUnit(given.aside, place) : undefined;
    k.forLanes(0, given.units, (at) => {
      const record = {
        gates: gates.map((gate) => k.let(at.load(gate))),
        aside: aside === undefined ? f32x4(0) : k.let(at.load(aside)),
        hiddenBefore: at.load(before),
      };
      const dTotal = k.let(at.load(dHidden).add(at.load(dOutput)));
      const dMemoryNow = dMemory === undefined ? f32x4(0) : at.load(dMemory);
      const back = cell.back(lanesOf(k), record, dTotal, dMemoryNow);
      const further = back.fromHidden.map((gradient) => k.let(gradient));
      back.fromInput.forEach((gradient, gate) => {
        at.store(dFromInput[gate], gradient);
      });
      if (cell.splitsGradients) {
        further.forEach((gradient, gate) => {
          at.store(dFromHidden[gate], gradient);
        });
      }
      at.store(dHidden, back.hidden);
      if (dMemory !== undefined) at.store(dMemory, back.memory!);
    });
  };
  k.if(goesOn, step, () => {
    for (const all of [dFromInput, dFromHidden]) k.memoryFill(all[0], 0, unitBytes.mul(cell.gates));
  });
}
