import { f32, f32x4, type I32, i32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import {
  complexBytes,
  keep,
  load,
  loadRoot,
  mul,
  rowNames,
  rowParameters,
  store,
  transpose,
} from './complexLanes.ts';

const scatterParameters = { ...rowParameters, weights: 'i32', from: 'i32', step: 'i32' } as const;
type ScatterValues = { readonly [Name in keyof typeof scatterParameters]: I32 };

function scatter(k: KernelBuilder, values: ScatterValues, adding: boolean): void {
  const from = k.variable(i32, values.from);
  const at = k.variable(i32, 0);
  const whole = k.let(k.end.and(-4).shl(2));
  k.while(
    () => at.lt(whole),
    () => {
      const weights = k.let(f32x4.load(values.weights.add(at)));
      const columns = [0, 1, 2, 3].map(() => {
        const column = k.let(f32x4.load(from));
        from.set(from.add(values.step));
        return column;
      });
      const rows = transpose(columns).map((row) => k.let(row.mul(weights)));
      rows.forEach((row, lane) => {
        const target = k.let(values[rowNames[lane]].add(at));
        k.store(target, adding ? f32x4.load(target).add(row) : row);
      });
      at.set(at.add(16));
    },
  );
  k.while(
    () => at.lt(k.end.shl(2)),
    () => {
      const weighted = k.let(f32x4.load(from).mul(f32x4.loadSplat(values.weights.add(at))));
      rowNames.forEach((name, lane) => {
        const target = k.let(values[name].add(at));
        const sample = weighted.lane(lane);
        k.store(target, adding ? f32.load(target).add(sample) : sample);
      });
      from.set(from.add(values.step));
      at.set(at.add(4));
    },
  );
}

/** The way from spectra back to samples; see complexLanes.ts. */
export const inverseKernels = kernelFamily(
  'dsp-inverse',
  (family) => ({
    /** The way back: lanes `step` bytes apart, times a weight, to four rows. */
    scatter: family.kernel(scatterParameters, (k, values) => scatter(k, values, false)),
    /** The same, added to what the rows hold. */
    scatterAdd: family.kernel(scatterParameters, (k, values) => scatter(k, values, true)),

    /** The inverse of `unpack`, bins in reverse, which turns the transform that follows into its inverse. */
    pack: family.kernel({ from: 'i32', to: 'i32', half: 'i32', roots: 'i32' }, (k, values) => {
      const top = k.let(values.half.mul(complexBytes));
      const first = k.let(f32x4.load(values.from));
      const last = k.let(f32x4.load(values.from.add(top)));
      store(k, values.to, { re: first.add(last), im: first.sub(last) });
      k.for(1, values.half.shrU(1).add(1), 1, (bin) => {
        const low = k.let(bin.mul(complexBytes));
        const high = k.let(top.sub(low));
        const a = keep(k, load(k.let(values.from.add(low))));
        const b = keep(k, load(k.let(values.from.add(high))));
        const even = keep(k, { re: a.re.add(b.re), im: a.im.sub(b.im) });
        const turned = keep(k, { re: a.re.sub(b.re), im: a.im.add(b.im) });
        const root = keep(k, loadRoot(values.roots.add(bin.shl(3))));
        const odd = keep(k, mul(turned, { re: root.re, im: root.im.neg() }));
        store(k, k.let(values.to.add(high)), { re: even.re.sub(odd.im), im: even.im.add(odd.re) });
        store(k, k.let(values.to.add(low)), { re: even.re.add(odd.im), im: odd.re.sub(even.im) });
      });
    }),

    /** A full complex spectrum, in reverse, from the bins of a real signal of odd size. */
    mirror: family.kernel({ from: 'i32', to: 'i32', size: 'i32' }, (k, values) => {
      store(k, values.to, { re: f32x4.load(values.from), im: f32x4(0) });
      k.for(1, values.size.add(1).shrU(1), 1, (bin) => {
        const low = k.let(bin.mul(complexBytes));
        const value = keep(k, load(k.let(values.from.add(low))));
        store(k, values.to.add(values.size.mul(complexBytes)).sub(low), value);
        store(k, k.let(values.to.add(low)), { re: value.re, im: value.im.neg() });
      });
    }),
  }),
  { numerics: 'strict' },
);
