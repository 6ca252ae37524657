import { type F32x4, f32x4, type I32, i32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import type { Layout } from '../reduction/reduction.ts';
import type { AnyTensor } from '../tensor.ts';

type Kind = 'softmax' | 'logSoftmax';

/** Columns of one item, worked on four at a time. */
const blockColumns = 16;
/** Elements of about 10 µs, exponentials and all. */
const grainElements = 8192;

const parameters = { out: 'i32', x: 'i32', length: 'i32', inner: 'i32' } as const;
type Parameters = Readonly<Record<keyof typeof parameters, I32>>;

const kernels = kernelFamily('softmax', (family) => ({
  softmaxRows: family.kernel(parameters, (k, given) => alongRows(k, given, softmaxOfRow)),
  logSoftmaxRows: family.kernel(parameters, (k, given) => alongRows(k, given, logSoftmaxOfRow)),
  softmaxColumns: family.kernel(parameters, (k, given) => alongColumns(k, given, 'softmax')),
  logSoftmaxColumns: family.kernel(parameters, (k, given) => alongColumns(k, given, 'logSoftmax')),
}));

type OfRow = (k: KernelBuilder, out: I32, x: I32, length: I32) => void;

function alongRows(k: KernelBuilder, { out, x, length }: Parameters, ofRow: OfRow): void {
  const rowBytes = k.let(length.shl(2));
  k.for(k.begin, k.end, 1, (row) => {
    ofRow(k, k.let(out.add(row.mul(rowBytes))), k.let(x.add(row.mul(rowBytes))), length);
  });
}

const softmaxOfRow: OfRow = (k, out, x, length) => {
  const largest = largestOf(k, x, length);
  const total = k.variable(f32x4, 0, 'total');
  k.forLanes(0, length, (at) => {
    const grown = k.let(at.load(x).sub(largest).exp());
    at.store(out, grown);
    total.set(total.add(at.only(grown, 0)));
  });
  const scale = k.let(f32x4(1).div(total.sumLanes().splat()));
  k.forLanes(0, length, (at) => at.store(out, at.load(out).mul(scale)));
};

/** The largest and the logarithm are taken away one after the other: their sum would be rounded. */
const logSoftmaxOfRow: OfRow = (k, out, x, length) => {
  const largest = largestOf(k, x, length);
  const total = k.variable(f32x4, 0, 'total');
  k.forLanes(0, length, (at) => total.set(total.add(at.only(at.load(x).sub(largest).exp(), 0))));
  const logarithm = k.let(total.sumLanes().splat().log());
  k.forLanes(0, length, (at) => at.store(out, at.load(x).sub(largest).sub(logarithm)));
};

/** In every lane. A NaN need not be seen here: it makes the sum of exponentials one. */
function largestOf(k: KernelBuilder, x: I32, length: I32): F32x4 {
  const halves = [k.variable(f32x4, -Infinity), k.variable(f32x4, -Infinity)] as const;
  let turn = 0;
  k.forLanes(
    0,
    length,
    (at) => {
      const largest = halves[(turn++ & 1) as 0 | 1];
      largest.set(largest.pmax(at.load(x, -Infinity)));
    },
    { unroll: 2 },
  );
  return k.let(halves[0].pmax(halves[1]).maxLanes().splat());
}

/** An item is a block of columns of one outer index: a cache line of each row. */
function alongColumns(k: KernelBuilder, { out, x, length, inner }: Parameters, kind: Kind): void {
  const blocks = k.let(inner.add(blockColumns - 1).divU(blockColumns));
  const rowBytes = k.let(inner.shl(2));
  k.for(k.begin, k.end, 1, (item) => {
    const column = k.let(item.remU(blocks).mul(blockColumns));
    const start = k.let(item.divU(blocks).mul(length).mul(rowBytes));
    const end = k.let(start.add(length.mul(rowBytes)));
    const eachRow = (body: (out: I32, x: I32) => void) => {
      const row = k.variable(i32, start, 'row');
      k.while(
        () => row.ne(end),
        () => {
          body(k.let(out.add(row)), k.let(x.add(row)));
          row.set(row.add(rowBytes));
        },
      );
    };
    const whole = Array.from({ length: blockColumns / 4 }, (_, part) => ({
      load: (row: I32) => f32x4.load(row.add(column.shl(2)), 16 * part),
      store: (row: I32, value: F32x4) => k.store(row.add(column.shl(2)), value, 16 * part),
    }));
    k.if(
      inner.sub(column).ge(blockColumns),
      () => columnsSideBySide(k, eachRow, whole, kind),
      () => k.forLanes(column, inner, (at) => columnsSideBySide(k, eachRow, [at], kind)),
    );
  });
}

/** Four columns, for the lanes of one vector. */
interface Columns {
  load(row: I32): F32x4;
  store(row: I32, value: F32x4): void;
}

function columnsSideBySide(
  k: KernelBuilder,
  eachRow: (body: (out: I32, x: I32) => void) => void,
  columns: readonly Columns[],
  kind: Kind,
): void {
  const all = columns.map((one) => ({
    load: (row: I32) => one.load(row),
    store: (row: I32, value: F32x4) => one.store(row, value),
    largest: k.variable(f32x4, -Infinity, 'largest'),
    total: k.variable(f32x4, 0, 'total'),
  }));
  eachRow((_, x) => {
    for (const { load, largest } of all) largest.set(largest.pmax(load(x)));
  });
  eachRow((out, x) => {
    for (const { load, store, largest, total } of all) {
      const grown = k.let(load(x).sub(largest).exp());
      if (kind === 'softmax') store(out, grown);
      total.set(total.add(grown));
    }
  });
  const scales = all.map(({ total }) => k.let(kind === 'softmax' ? f32x4(1).div(total) : total.log()));
  eachRow((out, x) => {
    for (const [part, { load, store, largest }] of all.entries()) {
      if (kind === 'softmax') store(out, load(out).mul(scales[part]!));
      else store(out, load(x).sub(largest).sub(scales[part]!));
    }
  });
}

export function runSoftmax(kind: Kind, out: AnyTensor, x: AnyTensor, { outer, length, inner }: Layout): void {
  if (outer * length * inner === 0) return;
  const values = [out.pointer, x.pointer, length, inner] as const;
  if (inner === 1) {
    const kernel = kind === 'softmax' ? kernels.softmaxRows : kernels.logSoftmaxRows;
    kernel.run(outer, values, Math.ceil(grainElements / length));
    return;
  }
  const kernel = kind === 'softmax' ? kernels.softmaxColumns : kernels.logSoftmaxColumns;
  const grain = Math.ceil(grainElements / (length * Math.min(inner, blockColumns)));
  kernel.run(outer * Math.ceil(inner / blockColumns), values, grain);
}
