import { numberAlgebra } from '../../elementwise/algebra.ts';
import type { AnyTensor } from '../../tensor.ts';
import type { Cell, CellAlgebra } from './cells.ts';
import type { RecurrentGradients, RecurrentInputs, RecurrentOutputs } from './memory.ts';
import type { RecurrentSizes } from './sizes.ts';

const numbers: CellAlgebra<number> = { ...numberAlgebra, once: (value) => value };

/** The forward pass, one row after the other, one step after the other, one unit after the other. */
export function runForward(
  cell: Cell,
  sizes: RecurrentSizes,
  reverse: boolean,
  given: RecurrentInputs<AnyTensor>,
  made: RecurrentOutputs<AnyTensor>,
): void {
  const { batch, steps, features, units, width } = sizes;
  const [hidden, memory, output] = [made.hidden.data, made.memory.data, made.output.data];
  hidden.set(given.hidden.data);
  if (cell.hasMemory) memory.set(given.memory.data);
  output.fill(0);
  for (let row = 0; row < batch; row++) {
    for (const time of timesOf(given, row, steps, reverse)) {
      const place = row * steps + time;
      const fromInput = products(given.weightIh, given.biasIh, given.x, place * features);
      const fromHidden = products(given.weightHh, given.biasHh, made.hidden, row * units);
      for (let unit = 0; unit < units; unit++) {
        const state = row * units + unit;
        const ofUnit = (all: Float64Array) => gatesOf(all, unit, sizes);
        const next = cell.step(
          numbers,
          ofUnit(fromInput),
          ofUnit(fromHidden),
          hidden[state]!,
          memory[state]!,
        );
        next.gates.forEach((gate, index) => {
          made.gates.data[place * width + index * units + unit] = gate;
        });
        if (cell.hasAside) made.aside.data[place * units + unit] = next.aside!;
        if (cell.hasMemory) memory[state] = next.memory!;
        made.before.data[place * units + unit] = hidden[state]!;
        output[place * units + unit] = next.hidden;
        hidden[state] = next.hidden;
      }
    }
  }
}

/** Backpropagation through time (Werbos 1990): the same walk in the other direction. */
export function runBackward(
  cell: Cell,
  sizes: RecurrentSizes,
  reverse: boolean,
  given: RecurrentInputs<AnyTensor>,
  saved: RecurrentOutputs<AnyTensor>,
  incoming: Pick<RecurrentOutputs<AnyTensor>, 'output' | 'hidden' | 'memory'>,
  made: RecurrentGradients<AnyTensor>,
): void {
  const { batch, steps, features, units, width } = sizes;
  for (const gradient of Object.values(made)) gradient?.data.fill(0);
  const [dHidden, dMemory] = [made.hidden.data, made.memory.data];
  dHidden.set(incoming.hidden.data);
  if (cell.hasMemory) dMemory.set(incoming.memory.data);
  const [dFromInput, dFromHidden] = [new Float64Array(width), new Float64Array(width)];
  for (let row = 0; row < batch; row++) {
    for (const time of timesOf(given, row, steps, reverse).reverse()) {
      const place = row * steps + time;
      for (let unit = 0; unit < units; unit++) {
        const state = row * units + unit;
        const at = place * units + unit;
        const gates = Array.from(
          { length: cell.gates },
          (_, gate) => saved.gates.data[place * width + gate * units + unit]!,
        );
        const record = { gates, aside: saved.aside.data[at]!, hiddenBefore: saved.before.data[at]! };
        const dTotal = dHidden[state]! + incoming.output.data[at]!;
        const back = cell.back(numbers, record, dTotal, dMemory[state]!);
        back.fromInput.forEach((gradient, gate) => {
          dFromInput[gate * units + unit] = gradient;
          dFromHidden[gate * units + unit] = back.fromHidden[gate]!;
        });
        dHidden[state] = back.hidden;
        if (cell.hasMemory) dMemory[state] = back.memory!;
      }
      spread(dFromHidden, given.weightHh, made.weightHh, made.biasHh, {
        input: saved.before.data.subarray(place * units, (place + 1) * units),
        gradient: dHidden.subarray(row * units, (row + 1) * units),
      });
      spread(dFromInput, given.weightIh, made.weightIh, made.biasIh, {
        input: given.x.data.subarray(place * features, (place + 1) * features),
        gradient: made.x?.data.subarray(place * features, (place + 1) * features),
      });
    }
  }
}

/** The steps of a row in the order in which they are taken: up to its length, or from there to the beginning. */
function timesOf({ lengths }: RecurrentInputs<AnyTensor>, row: number, steps: number, reverse: boolean) {
  const times = Array.from({ length: Math.min(lengths.data[row]!, steps) }, (_, time) => time);
  return reverse ? times.reverse() : times;
}

/** weight · input + bias, of one row of inputs. */
function products(weight: AnyTensor, bias: AnyTensor, input: AnyTensor, start: number): Float64Array {
  const [rows, length] = weight.shape as [number, number];
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let total = bias.data[row]!;
    for (let k = 0; k < length; k++) total += weight.data[row * length + k]! * input.data[start + k]!;
    result[row] = total;
  }
  return result;
}

function gatesOf(all: Float64Array, unit: number, { units, width }: RecurrentSizes): number[] {
  return Array.from({ length: width / units }, (_, gate) => all[gate * units + unit]!);
}

/** From the gradients of pre-activations on to weights, bias and what went in. */
function spread(
  dProducts: Float64Array,
  weight: AnyTensor,
  dWeight: AnyTensor,
  dBias: AnyTensor,
  { input, gradient }: { input: ArrayLike<number>; gradient: { [index: number]: number } | undefined },
): void {
  const [rows, length] = weight.shape as [number, number];
  for (let row = 0; row < rows; row++) {
    const dProduct = dProducts[row]!;
    dBias.data[row]! += dProduct;
    for (let k = 0; k < length; k++) {
      dWeight.data[row * length + k]! += dProduct * input[k]!;
      if (gradient !== undefined) gradient[k]! += dProduct * weight.data[row * length + k]!;
    }
  }
}
