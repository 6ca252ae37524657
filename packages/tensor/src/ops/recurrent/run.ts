import { heap, poolState } from '@sonograd/wasm';
import { reduceMemory } from '../../reduction/reduction.kernel.ts';
import type { AnyTensor } from '../../tensor.ts';
import { zeroRow } from '../matmul/product.ts';
import { runMatmul } from '../matmul/runMatmul.ts';
import { stripStep, tileRows } from '../matmul/strip.kernel.ts';
import type { Pass, RecurrentGradients, Saved, Shown } from './pass.ts';
import { recurrentKernels } from './recurrent.kernel.ts';
import type { RecurrentSizes } from './sizes.ts';
import { packWeights, planStrips, type StripPlan } from './strips.kernel.ts';

/**
 * x·Wᵀ + b of all steps is one large product; the rest is one kernel, in which each thread takes some rows of the
 * batch through all steps.
 */
export function runForward({ cell, sizes, reverse, given }: Pass, made: Shown & Saved): void {
  const { batch, steps, features, units, width } = sizes;
  made.hidden.data.set(given.hidden.data);
  if (cell.hasMemory) made.memory.data.set(given.memory.data);
  runMatmul({
    out: made.gates.pointer,
    a: given.x.pointer,
    b: given.weightIh.pointer,
    bias: given.biasIh.pointer,
    transposeB: true,
    m: batch * steps,
    n: width,
    k: features,
  });
  const plan = planStrips(width, units);
  withRoom(plan.strips * plan.stripBytes, batch * stripStep, 4 * batch * width, (packed, edge, recurrent) => {
    packWeights(plan, packed, given.weightHh.pointer, true);
    const { items, grain } = itemsOf(sizes);
    recurrentKernels(cell).forward.run(
      items,
      [
        batch,
        steps,
        units,
        reverse ? 1 : 0,
        given.lengths.pointer,
        made.gates.pointer,
        made.before.pointer,
        made.aside.pointer,
        ...stripArguments(plan, packed, edge),
        made.output.pointer,
        made.hidden.pointer,
        made.memory.pointer,
        recurrent,
        given.biasHh.pointer,
      ],
      grain,
    );
  });
}

/** The way back in one kernel; the gradients of weights and x are then products over all steps at once. */
export function runBackward(
  { cell, sizes, reverse, given }: Pass,
  saved: Saved,
  incoming: Shown,
  made: RecurrentGradients,
): void {
  const { batch, steps, units, width } = sizes;
  made.hidden.data.set(incoming.hidden.data);
  if (cell.hasMemory) made.memory.data.set(incoming.memory.data);
  const plan = planStrips(units, width);
  const gradientBytes = 4 * batch * steps * width;
  const bytes = cell.splitsGradients ? 2 * gradientBytes : gradientBytes;
  withRoom(plan.strips * plan.stripBytes, batch * stripStep, bytes, (packed, edge, dFromInput) => {
    const dFromHidden = cell.splitsGradients ? dFromInput + gradientBytes : dFromInput;
    packWeights(plan, packed, given.weightHh.pointer, false);
    const { items, grain } = itemsOf(sizes);
    recurrentKernels(cell).backward.run(
      items,
      [
        batch,
        steps,
        units,
        reverse ? 1 : 0,
        given.lengths.pointer,
        saved.gates.pointer,
        saved.before.pointer,
        saved.aside.pointer,
        ...stripArguments(plan, packed, edge),
        incoming.output.pointer,
        made.hidden.pointer,
        made.memory.pointer,
        dFromInput,
        dFromHidden,
      ],
      grain,
    );
    spread(sizes, dFromInput, given.x, given.weightIh, made.weightIh, made.biasIh, made.x);
    spread(sizes, dFromHidden, saved.before, given.weightHh, made.weightHh, made.biasHh, undefined);
  });
}

/** From the gradients of pre-activations on to weights, bias and what went in, all steps together. */
function spread(
  { batch, steps, width }: RecurrentSizes,
  dProducts: number,
  input: AnyTensor,
  weight: AnyTensor,
  dWeight: AnyTensor,
  dBias: AnyTensor,
  dInput: AnyTensor | undefined,
): void {
  const [rows, length] = [batch * steps, weight.shape[1]!];
  runMatmul({
    out: dWeight.pointer,
    a: dProducts,
    b: input.pointer,
    transposeA: true,
    m: width,
    n: length,
    k: rows,
  });
  reduceMemory('sum', 'float32', dBias.pointer, dProducts, { outer: 1, length: rows, inner: width });
  if (dInput === undefined) return;
  runMatmul({ out: dInput.pointer, a: dProducts, b: weight.pointer, m: rows, n: length, k: width });
}

function stripArguments(
  { stripBytes, stripsTogether, columns, depth }: StripPlan,
  packed: number,
  edge: number,
) {
  return [packed, stripBytes, stripsTogether, columns, depth, edge, zeroRow()] as const;
}

/** About 20 µs. */
const worthwhileFlops = 1e6;

/** As many ranges as threads: the more rows a thread has, the more it does with each of the weights it reads. */
function itemsOf({ batch, steps, units, width }: RecurrentSizes): { items: number; grain: number } {
  const items = Math.ceil(batch / tileRows);
  const flops = 2 * tileRows * steps * units * width;
  const worthwhile = Math.ceil(worthwhileFlops / (flops + 1));
  return { items, grain: Math.max(worthwhile, Math.ceil(items / poolState().threads)) };
}

/** One block of the heap for three things, for as long as the body runs. */
function withRoom(
  first: number,
  second: number,
  third: number,
  body: (first: number, second: number, third: number) => void,
): void {
  const afterFirst = Math.ceil(first / 64) * 64;
  const afterSecond = afterFirst + Math.ceil(second / 64) * 64;
  const room = heap.allocate(afterSecond + third);
  try {
    body(room, room + afterFirst, room + afterSecond);
  } finally {
    heap.free(room);
  }
}
