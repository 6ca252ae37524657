import { type I32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import { finishEdge } from '../matmul/edge.kernel.ts';
import { packColumns, packTransposed } from '../matmul/pack.kernel.ts';
import { computeStrips, stripStep, tileColumns, type Values } from '../matmul/strip.kernel.ts';

/** The weights of every step, packed once for all of them: strips of eight columns, as the matrix product has them. */
export const stripsParameters = {
  packed: 'i32',
  stripBytes: 'i32',
  /** So many strips stay in the first cache while rows pass by. */
  stripsTogether: 'i32',
  columns: 'i32',
  depth: 'i32',
  /** [batch, 8]: room for the sums of a last strip that is narrower. */
  edge: 'i32',
  zeros: 'i32',
} as const;

/** Arrays by their first row; bytes from row to row. */
interface RowsOf {
  readonly a: I32;
  readonly aRow: I32;
  readonly start: I32;
  readonly startRow: I32;
  readonly out: I32;
  readonly outRow: I32;
}

/** out = start + a · packed, for some rows. */
export function multiplyRows(
  k: KernelBuilder,
  given: Values<typeof stripsParameters>,
  { first, count }: { readonly first: I32; readonly count: I32 },
  { a, aRow, start, startRow, out, outRow }: RowsOf,
): void {
  const rowBytes = { aRow: k.let(aRow), startRow: k.let(startRow), outRow: k.let(outRow) };
  const from = k.let(first.mul(rowBytes.aRow).add(a));
  const starts = k.let(first.mul(rowBytes.startRow).add(start));
  const outs = k.let(first.mul(rowBytes.outRow).add(out));
  const tiles = {
    a: from,
    ...rowBytes,
    aStep: 4,
    aTile: rowBytes.aRow.shl(2),
    stripBytes: given.stripBytes,
    depth: given.depth,
    startColumn: 4,
    rows: count,
    floor: -Infinity,
  };
  const whole = k.let(given.columns.divU(tileColumns), 'wholeStrips');
  const at = (strip: I32) => ({
    strip: strip.mul(given.stripBytes).add(given.packed),
    start: strip.mul(stripStep).add(starts),
    out: strip.mul(stripStep).add(outs),
  });
  k.for(0, whole, given.stripsTogether, (strip) => {
    const strips = whole.sub(strip).min(given.stripsTogether);
    k.call(computeStrips, { ...tiles, ...at(strip), strips });
  });
  const width = k.let(given.columns.and(tileColumns - 1), 'edgeWidth');
  k.if(width, () => {
    const sums = k.let(first.mul(stripStep).add(given.edge), 'sums');
    const aside = { start: given.zeros, startRow: 0, startColumn: 0, out: sums, outRow: stripStep };
    k.call(computeStrips, { ...tiles, ...at(whole), ...aside, strips: 1 });
    k.call(finishEdge, { ...tiles, ...at(whole), sums, width });
  });
}

const packParameters = {
  packed: 'i32',
  stripBytes: 'i32',
  columns: 'i32',
  depth: 'i32',
  weights: 'i32',
} as const;

/** An item is a strip. `straight` packs weights [depth, columns]; `transposed` packs [columns, depth]. */
const kernels = kernelFamily('recurrentWeights', ({ kernel }) => ({
  straight: kernel(packParameters, (k, given) => {
    k.call(packColumns, {
      ...itemsOf(k, given),
      from: k.begin.mul(stripStep).add(given.weights),
      step: given.columns.shl(2),
    });
  }),
  transposed: kernel(packParameters, (k, given) => {
    const step = k.let(given.depth.shl(2));
    k.call(packTransposed, {
      ...itemsOf(k, given),
      from: k.begin.mul(tileColumns).mul(step).add(given.weights),
      step,
    });
  }),
}));

function itemsOf(k: KernelBuilder, { packed, stripBytes, columns, depth }: Values<typeof packParameters>) {
  return {
    to: k.begin.mul(stripBytes).add(packed),
    panelBytes: stripBytes,
    steps: depth,
    count: k.end.mul(tileColumns).min(columns).sub(k.begin.mul(tileColumns)),
  };
}

/** Numbers that are worth another thread. */
const worthwhileNumbers = 32_768;
/** Strips whose length were a power of two would all fall into the same lines of the first cache. */
const paddingBytes = 128;
/** Half of the smallest first cache that is in use. */
const firstCacheBytes = 16_384;

export interface StripPlan {
  readonly columns: number;
  readonly depth: number;
  readonly strips: number;
  readonly stripBytes: number;
  readonly stripsTogether: number;
}

export function planStrips(columns: number, depth: number): StripPlan {
  const stripBytes = Math.ceil(depth / 4) * 4 * stripStep + paddingBytes;
  const stripsTogether = Math.max(1, Math.floor(firstCacheBytes / stripBytes));
  return { columns, depth, strips: Math.ceil(columns / tileColumns), stripBytes, stripsTogether };
}

export function packWeights(plan: StripPlan, packed: number, weights: number, isTransposed: boolean): void {
  const { columns, depth, strips, stripBytes } = plan;
  const kernel = isTransposed ? kernels.transposed : kernels.straight;
  const grain = Math.ceil(worthwhileNumbers / (depth * tileColumns + 1));
  kernel.run(strips, [packed, stripBytes, columns, depth, weights], grain);
}
