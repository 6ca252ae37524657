import { numberAlgebra } from '../../elementwise/algebra.ts';
import type { AnyTensor } from '../../tensor.ts';
import type { CellAlgebra } from './cells.ts';
import type { Pass, RecurrentGradients, Saved, Shown } from './pass.ts';
import type { RecurrentSizes } from './sizes.ts';

const numbers: CellAlgebra<number> = { ...numberAlgebra, once: (value) => value };

/** The forward pass, one row after the other, one step after the other, one unit after the other. */
export function runForward(pass: Pass, made: Shown & Saved): void {
  const { cell, sizes, given } = pass;
  made.hidden.data.set(given.hidden.data);
  if (cell.hasMemory) made.memory.data.set(given.memory.data);
  made.output.data.fill(0);
  for (let row = 0; row < sizes.batch; row++) {
    for (const time of timesOf(pass, row)) {
      const place = row * sizes.steps + time;
      const fromInput = products(given.weightIh, given.biasIh, rowOf(given.x, place, sizes.features));
      const fromHidden = products(given.weightHh, given.biasHh, rowOf(made.hidden, row, sizes.units));
      for (let unit = 0; unit < sizes.units; unit++)
        stepUnit(pass, made, { row, place, unit, fromInput, fromHidden });
    }
  }
}

interface UnitStep {
  readonly row: number;
  readonly place: number;
  readonly unit: number;
  readonly fromInput: Float64Array;
  readonly fromHidden: Float64Array;
}

function stepUnit({ cell, sizes }: Pass, made: Shown & Saved, at: UnitStep): void {
  const { units, width } = sizes;
  const { row, place, unit, fromInput, fromHidden } = at;
  const [hidden, memory] = [made.hidden.data, made.memory.data];
  const [state, here] = [row * units + unit, place * units + unit];
  const ofUnit = (all: Float64Array) => gatesOf(all, unit, sizes);
  const next = cell.step(numbers, ofUnit(fromInput), ofUnit(fromHidden), hidden[state]!, memory[state]!);
  next.gates.forEach((gate, index) => {
    made.gates.data[place * width + index * units + unit] = gate;
  });
  if (cell.hasAside) made.aside.data[here] = next.aside!;
  if (cell.hasMemory) memory[state] = next.memory!;
  made.before.data[here] = hidden[state]!;
  made.output.data[here] = next.hidden;
  hidden[state] = next.hidden;
}

/** Backpropagation through time (Werbos 1990): the same walk in the other direction. */
export function runBackward(pass: Pass, saved: Saved, incoming: Shown, made: RecurrentGradients): void {
  const { cell, sizes, given } = pass;
  const { batch, steps, features, units, width } = sizes;
  for (const gradient of Object.values(made)) gradient?.data.fill(0);
  made.hidden.data.set(incoming.hidden.data);
  if (cell.hasMemory) made.memory.data.set(incoming.memory.data);
  const dProducts = { fromInput: new Float64Array(width), fromHidden: new Float64Array(width) };
  for (let row = 0; row < batch; row++) {
    for (const time of timesOf(pass, row).reverse()) {
      const place = row * steps + time;
      for (let unit = 0; unit < units; unit++) {
        const dOutput = incoming.output.data[place * units + unit]!;
        backUnit(pass, saved, made, { row, place, unit, dOutput, ...dProducts });
      }
      const before = rowOf(saved.before, place, units);
      const dBefore = rowOf(made.hidden, row, units);
      spread(dProducts.fromHidden, given.weightHh, made.weightHh, made.biasHh, before, dBefore);
      const dInput = made.x && rowOf(made.x, place, features);
      const input = rowOf(given.x, place, features);
      spread(dProducts.fromInput, given.weightIh, made.weightIh, made.biasIh, input, dInput);
    }
  }
}

function backUnit(
  { cell, sizes }: Pass,
  saved: Saved,
  { hidden, memory }: RecurrentGradients,
  { row, place, unit, fromInput, fromHidden, dOutput }: UnitStep & { readonly dOutput: number },
): void {
  const { units, width } = sizes;
  const [state, here] = [row * units + unit, place * units + unit];
  const record = {
    gates: gatesOf(rowOf(saved.gates, place, width), unit, sizes),
    aside: saved.aside.data[here]!,
    hiddenBefore: saved.before.data[here]!,
  };
  const back = cell.back(numbers, record, hidden.data[state]! + dOutput, memory.data[state]!);
  back.fromInput.forEach((gradient, gate) => {
    fromInput[gate * units + unit] = gradient;
    fromHidden[gate * units + unit] = back.fromHidden[gate]!;
  });
  hidden.data[state] = back.hidden;
  if (cell.hasMemory) memory.data[state] = back.memory!;
}

/** The steps of a row in the order in which they are taken: up to its length, or from there to the beginning. */
function timesOf({ sizes, reverse, given }: Pass, row: number): number[] {
  const times = Array.from({ length: Math.min(given.lengths.data[row]!, sizes.steps) }, (_, time) => time);
  return reverse ? times.reverse() : times;
}

function rowOf(tensor: AnyTensor, row: number, length: number): Float32Array {
  return (tensor.data as Float32Array).subarray(row * length, (row + 1) * length);
}

/** weight · input + bias. */
function products(weight: AnyTensor, bias: AnyTensor, input: Float32Array): Float64Array {
  const [numbersOfWeight, { length }] = [weight.data, input];
  return Float64Array.from(bias.data, (start, row) => {
    let total = start;
    for (let k = 0; k < length; k++) total += numbersOfWeight[row * length + k]! * input[k]!;
    return total;
  });
}

function gatesOf(all: Float64Array | Float32Array, unit: number, { units, width }: RecurrentSizes): number[] {
  return Array.from({ length: width / units }, (_, gate) => all[gate * units + unit]!);
}

/** From the gradients of pre-activations on to weights, bias and what went in. */
function spread(
  dProducts: Float64Array,
  { data: weight }: AnyTensor,
  { data: dWeight }: AnyTensor,
  { data: dBias }: AnyTensor,
  input: Float32Array,
  dInput: Float32Array | undefined,
): void {
  const { length } = input;
  dProducts.forEach((dProduct, row) => {
    dBias[row]! += dProduct;
    for (let k = 0; k < length; k++) {
      dWeight[row * length + k]! += dProduct * input[k]!;
      if (dInput !== undefined) dInput[k]! += dProduct * weight[row * length + k]!;
    }
  });
}
