import { heap } from '@sonograd/wasm';
import { reduceMemory } from '../../reduction/reduction.kernel.ts';
import type { AnyTensor } from '../../tensor.ts';
import { zeroRow } from '../matmul/product.ts';
import { reserveWorkspace } from '../matmul/workspace.kernel.ts';
import { backwardKernels } from './backward.kernel.ts';
import { forwardKernels } from './forward.kernel.ts';
import { type AttentionParams, maskLayout, sizesOf } from './layout.ts';
import { slotBytesFor } from './parts.kernel.ts';
import { tileSide } from './tile.kernel.ts';

/** About 20 µs. */
const worthwhileFlops = 1e6;
/** Items that keep some threads busy until the end. */
const wantedItems = 12;
const smallestRange = 4 * tileSide;

export function runForward(
  [out, logSums]: readonly AnyTensor[],
  inputs: readonly AnyTensor[],
  params: AttentionParams,
): void {
  const { heads, queries, keys, width, valueWidth } = sizesOf(inputs);
  const blocks = Math.ceil(queries / tileSide);
  const flops = 2 * Math.min(queries, tileSide) * keys * (width + valueWidth);
  withArguments(out!, logSums!, inputs, params, (values) => {
    forwardKernels.attend.run(heads * blocks, values, Math.ceil(worthwhileFlops / (flops + 1)));
  });
}

/** The inputs are those of forward, then out, logSums and dOut. */
export function runBackward(
  [dQuery, dKey, dValue]: readonly AnyTensor[],
  given: readonly AnyTensor[],
  params: AttentionParams,
): void {
  const inputs = given.slice(0, -3);
  const [out, logSums, dOut] = given.slice(-3);
  const { heads, queries, keys, width, valueWidth } = sizesOf(inputs);
  const { ranges, rangeKeys } = planRanges(heads, keys);
  const grain = Math.ceil(worthwhileFlops / (6 * queries * rangeKeys * (width + valueWidth) + 1));
  const run = (toQueries: number) =>
    withArguments(out!, logSums!, inputs, params, (values) => {
      const gradients = [dOut!.pointer, toQueries, dKey!.pointer, dValue!.pointer] as const;
      backwardKernels.attendBack.run(heads * ranges, [...values, ...gradients, heads, rangeKeys], grain);
    });
  if (ranges === 1) {
    run(dQuery!.pointer);
    return;
  }
  const partial = heap.allocate(4 * ranges * dQuery!.size);
  try {
    run(partial);
    const rows = { outer: 1, length: ranges, inner: dQuery!.size };
    reduceMemory('sum', 'float32', dQuery!.pointer, partial, rows);
  } finally {
    heap.free(partial);
  }
}

/**
 * Few heads with many keys are cut into ranges, so that every thread has something to do. Each range needs a gradient
 * of the queries of its own; the cut follows from the sizes alone, and so do the bits.
 */
function planRanges(heads: number, keys: number): { ranges: number; rangeKeys: number } {
  const wanted = Math.min(Math.ceil(wantedItems / Math.max(1, heads)), Math.ceil(keys / smallestRange));
  const rangeKeys = Math.max(1, Math.ceil(keys / Math.max(1, wanted) / tileSide)) * tileSide;
  return { ranges: Math.max(1, Math.ceil(keys / rangeKeys)), rangeKeys };
}

function withArguments(
  out: AnyTensor,
  logSums: AnyTensor,
  inputs: readonly AnyTensor[],
  { causal, scale, dropout }: AttentionParams,
  body: (values: ReturnType<typeof argumentsOf>) => void,
): void {
  const [query, key, value, mask] = inputs as readonly [AnyTensor, AnyTensor, AnyTensor, AnyTensor?];
  const { queries, keys, width, valueWidth } = sizesOf(inputs);
  const { workspace, slotBytes } = reserveWorkspace(slotBytesFor(width, valueWidth));
  const layout = mask && maskLayout(mask.shape, query.shape, keys);
  const places = layout === undefined ? 0 : heap.allocate(layout.places.byteLength);
  if (layout !== undefined) {
    const bytes = mask!.pointer;
    heap.i32(places, layout.places.length).set(layout.places.map((place) => place + bytes));
  }
  try {
    body(argumentsOf());
  } finally {
    if (places !== 0) heap.free(places);
  }

  function argumentsOf() {
    return [
      out.pointer,
      logSums.pointer,
      query.pointer,
      key.pointer,
      value.pointer,
      queries,
      keys,
      width,
      valueWidth,
      scale,
      causal ? 1 : 0,
      places,
      layout?.queryStep ?? 0,
      layout?.keyStep ?? 0,
      dropout?.threshold ?? 0,
      dropout?.growth ?? 1,
      dropout?.key.high ?? 0,
      dropout?.key.low ?? 0,
      workspace,
      slotBytes,
      zeroRow(),
    ] as const;
  }
}
