import { heap } from '@sonograd/wasm';
import type { AnyTensor } from '../../tensor.ts';
import { zeroRow } from '../matmul/product.ts';
import { reserveWorkspace } from '../matmul/workspace.kernel.ts';
import { attentionKernels, slotBytesFor } from './attention.kernel.ts';
import { type AttentionParams, maskLayout, sizesOf } from './layout.ts';
import { tileSide } from './tile.kernel.ts';

/** About 20 µs. */
const worthwhileFlops = 1e6;

export function runForward(
  [out, logSums]: readonly AnyTensor[],
  inputs: readonly AnyTensor[],
  params: AttentionParams,
): void {
  const { heads, queries, keys, width, valueWidth } = sizesOf(inputs);
  const blocks = Math.ceil(queries / tileSide);
  const flops = 2 * Math.min(queries, tileSide) * keys * (width + valueWidth);
  withArguments(out!, logSums!, inputs, params, (values) => {
    attentionKernels.forward.run(heads * blocks, values, Math.ceil(worthwhileFlops / (flops + 1)));
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
  const gradients = [dOut!.pointer, dQuery!.pointer, dKey!.pointer, dValue!.pointer] as const;
  const grain = Math.ceil(worthwhileFlops / (6 * queries * keys * (width + valueWidth) + 1));
  withArguments(out!, logSums!, inputs, params, (values) => {
    attentionKernels.backward.run(heads, [...values, ...gradients], grain);
  });
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
