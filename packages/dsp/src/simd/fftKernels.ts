import { type F32x4, f32x4, type I32, i32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import {
  add,
  addTurned,
  type ComplexLanes,
  complexBytes,
  keep,
  load,
  loadRoot,
  mul,
  rowNames,
  rowParameters,
  scale,
  store,
  sub,
  subTurned,
  transpose,
} from './complexLanes.ts';

/** Sums of one butterfly, before the roots: as many as the radix. */
type Butterfly = (k: KernelBuilder, inputs: readonly ComplexLanes[]) => ComplexLanes[];

const radix2: Butterfly = (_k, [a, b]) => [add(a, b), sub(a, b)];

const radix3: Butterfly = (k, [a, b, c]) => {
  const sum = keep(k, add(b, c));
  const middle = keep(k, sub(a, scale(sum, 0.5)));
  const side = keep(k, scale(sub(b, c), Math.sqrt(3) / 2));
  return [add(a, sum), addTurned(middle, side), subTurned(middle, side)];
};

const radix4: Butterfly = (k, [a, b, c, d]) => {
  const even = keep(k, add(a, c));
  const evenLess = keep(k, sub(a, c));
  const odd = keep(k, add(b, d));
  const oddLess = keep(k, sub(b, d));
  return [add(even, odd), addTurned(evenLess, oddLess), sub(even, odd), subTurned(evenLess, oddLess)];
};

const cos72 = (Math.sqrt(5) - 1) / 4;
const cos144 = -(Math.sqrt(5) + 1) / 4;
const sin72 = Math.sin((2 * Math.PI) / 5);
const sin144 = Math.sin((4 * Math.PI) / 5);

const radix5: Butterfly = (k, [a, b, c, d, e]) => {
  const outer = keep(k, add(b, e));
  const inner = keep(k, add(c, d));
  const outerLess = keep(k, sub(b, e));
  const innerLess = keep(k, sub(c, d));
  const near = keep(k, add(a, add(scale(outer, cos72), scale(inner, cos144))));
  const far = keep(k, add(a, add(scale(outer, cos144), scale(inner, cos72))));
  const nearTurn = keep(k, add(scale(outerLess, sin72), scale(innerLess, sin144)));
  const farTurn = keep(k, sub(scale(outerLess, sin144), scale(innerLess, sin72)));
  return [
    add(a, add(outer, inner)),
    addTurned(near, nearTurn),
    addTurned(far, farTurn),
    subTurned(far, farTurn),
    subTurned(near, nearTurn),
  ];
};

type RowValues = { readonly [Name in (typeof rowNames)[number] | 'weights']: I32 };

const stageParameters = { from: 'i32', to: 'i32', count: 'i32', stride: 'i32', roots: 'i32' } as const;
type StageValues = { readonly [Name in keyof typeof stageParameters]: I32 };

/**
 * A stage of the Stockham transform. Butterflies read in order whatever the stride, and only what they write
 * jumps from group to group. The first group needs no roots; a loop of its own is worth its bytes for radix 4,
 * and radix 2 has no other, for it comes last, where there is one group.
 */
function stage(
  k: KernelBuilder,
  values: StageValues,
  radix: number,
  butterfly: Butterfly,
  groups: 'withRoots' | 'firstWithout' | 'onlyFirst' = 'withRoots',
): void {
  const width = k.let(values.stride.mul(complexBytes));
  const total = k.let(width.mul(values.count));
  const jump = k.let(width.mul(radix - 1));
  const from = k.variable(i32, values.from);
  const to = k.variable(i32, values.to);
  const end = k.variable(i32, values.from.add(width));
  const roots = k.variable(i32, values.roots);
  const group = (withRoots: boolean) => {
    k.loop((exit) => {
      let at: I32 = from;
      const inputs = Array.from({ length: radix }, (_, j) => {
        if (j > 0) at = k.let(at.add(total));
        return keep(k, load(at));
      });
      let out: I32 = to;
      butterfly(k, inputs).forEach((sum, j) => {
        if (j > 0) out = k.let(out.add(width));
        store(k, out, j > 0 && withRoots ? mul(keep(k, sum), keep(k, loadRoot(roots, j - 1))) : sum);
      });
      from.set(from.add(complexBytes));
      to.set(to.add(complexBytes));
      exit.breakIf(from.ge(end));
    });
    to.set(to.add(jump));
    end.set(end.add(width));
    roots.set(roots.add(8 * (radix - 1)));
  };
  if (groups !== 'withRoots') group(false);
  if (groups === 'onlyFirst') return;
  const last = k.let(values.from.add(total));
  k.while(
    () => from.lt(last),
    () => group(true),
  );
}

/** Four samples of each of four rows, times their weights, side by side. */
function gatherFour(k: KernelBuilder, values: RowValues, at: I32): F32x4[] {
  const weights = k.let(f32x4.load(values.weights.add(at)));
  const rows = rowNames.map((name) => k.let(f32x4.load(values[name].add(at)).mul(weights)));
  return transpose(rows).map((one) => k.let(one));
}

export const fftKernels = kernelFamily(
  'dsp-fft',
  (family) => ({
    radix2: family.kernel(stageParameters, (k, values) => stage(k, values, 2, radix2, 'onlyFirst')),
    radix3: family.kernel(stageParameters, (k, values) => stage(k, values, 3, radix3)),
    radix4: family.kernel(stageParameters, (k, values) => stage(k, values, 4, radix4, 'firstWithout')),
    radix5: family.kernel(stageParameters, (k, values) => stage(k, values, 5, radix5)),

    /**
     * Samples of four rows, each times its weight, into lanes `step` bytes apart. Goes on to a multiple of
     * four, so rows, weights and lanes must have three samples of room behind them.
     */
    gather: family.kernel({ ...rowParameters, weights: 'i32', to: 'i32', step: 'i32' }, (k, values) => {
      const to = k.variable(i32, values.to);
      k.for(0, k.end.shl(2), 16, (at) => {
        for (const column of gatherFour(k, values, at)) {
          k.store(to, column);
          to.set(to.add(values.step));
        }
      });
    }),

    /**
     * `gather` of pairs and a first stage of radix 2 in one: what lies between them is never stored. The count
     * of its groups must be even.
     */
    gatherHalves: family.kernel(
      { ...rowParameters, weights: 'i32', to: 'i32', roots: 'i32' },
      (k, values) => {
        const half = k.let(k.end.shl(1));
        const to = k.variable(i32, values.to);
        k.for(0, half, 16, (at) => {
          const [a, b, c, d] = gatherFour(k, values, at);
          const [e, f, g, h] = gatherFour(k, values, k.let(at.add(half)));
          const roots = k.let(values.roots.add(at));
          const pairs = [
            [
              { re: a, im: b },
              { re: e, im: f },
            ],
            [
              { re: c, im: d },
              { re: g, im: h },
            ],
          ];
          pairs.forEach(([early, late], p) => {
            store(k, to, add(early, late));
            store(
              k,
              k.let(to.add(complexBytes)),
              mul(keep(k, sub(early, late)), keep(k, loadRoot(roots, p))),
            );
            to.set(to.add(2 * complexBytes));
          });
        });
      },
    ),

    /** Vectors from one even spacing to another: columns of a spectrogram in and out. */
    move: family.kernel({ from: 'i32', fromStep: 'i32', to: 'i32', toStep: 'i32' }, (k, values) => {
      const from = k.variable(i32, values.from.add(k.begin.mul(values.fromStep)));
      const to = k.variable(i32, values.to.add(k.begin.mul(values.toStep)));
      k.for(k.begin, k.end, 1, () => {
        k.store(to, f32x4.load(from));
        from.set(from.add(values.fromStep));
        to.set(to.add(values.toStep));
      });
    }),

    /**
     * Spectra of packed pairs into those of the real signals, for bins 0 to half; expects samples halved. Where
     * `squared` is 1, squared magnitudes instead, for which a pass of their own would take twice the time.
     */
    unpack: family.kernel(
      { from: 'i32', to: 'i32', half: 'i32', roots: 'i32', squared: 'i32' },
      (k, { from, to, half, roots, squared }) => {
        const bytes = k.let(half.mul(complexBytes));
        const top = k.let(from.add(bytes));
        // Spectra repeat: so bin 0 finds its mirror image like any other.
        store(k, top, keep(k, load(from)));
        const eachPair = (write: (at: I32, bin: ComplexLanes) => void) => () =>
          k.for(0, bytes.shrU(1).add(1), complexBytes, (low) => {
            const high = k.let(bytes.sub(low));
            const a = keep(k, load(k.let(from.add(low))));
            const b = keep(k, load(k.let(from.add(high))));
            const even = keep(k, { re: a.re.add(b.re), im: a.im.sub(b.im) });
            const odd = keep(k, { re: a.im.add(b.im), im: b.re.sub(a.re) });
            const turned = keep(k, mul(odd, loadRoot(roots.add(low.shrU(2)))));
            write(low, add(even, turned));
            write(high, { re: even.re.sub(turned.re), im: turned.im.sub(even.im) });
          });
        k.if(
          squared,
          eachPair((at, { re, im }) => k.store(to.add(at.shrU(1)), re.mul(re).add(im.mul(im)))),
          eachPair((at, bin) => store(k, k.let(to.add(at)), bin)),
        );
      },
    ),

    /** Times a table of complex numbers; a `sign` of -1 conjugates the result. */
    multiply: family.kernel({ from: 'i32', to: 'i32', factors: 'i32', sign: 'f32' }, (k, values) => {
      const sign = k.let(values.sign.splat());
      k.for(k.begin, k.end, 1, (index) => {
        const at = k.let(index.mul(complexBytes));
        const product = mul(load(values.from.add(at)), loadRoot(values.factors.add(index.shl(3))));
        store(k, values.to.add(at), keep(k, { re: product.re, im: product.im.mul(sign) }));
      });
    }),

    /** Squared magnitudes. */
    power: family.kernel({ from: 'i32', to: 'i32' }, (k, { from, to }) => {
      k.for(0, k.end.shl(4), 16, (at) => {
        const { re, im } = load(k.let(from.add(at.shl(1))));
        k.store(to.add(at), re.mul(re).add(im.mul(im)));
      });
    }),

    /** Magnitudes in place of their squares, by vectors. */
    squareRoot: family.kernel({ values: 'i32' }, (k, { values }) => {
      k.for(values, values.add(k.end.shl(4)), 16, (at) => k.store(at, f32x4.load(at).sqrt()));
    }),

    /**
     * Sparse filters times four spectra. A row of the table is where its bins begin, in bytes, and how
     * many weights it has, which lie one row after the other.
     */
    filter: family.kernel(
      { from: 'i32', rows: 'i32', weights: 'i32', to: 'i32', step: 'i32' },
      (k, values) => {
        const weight = k.variable(i32, values.weights);
        const row = k.variable(i32, values.rows);
        const to = k.variable(i32, values.to);
        k.for(0, k.end, 1, () => {
          const bin = k.variable(i32, values.from.add(i32.load(row)));
          const stop = k.let(weight.add(i32.load(row, 4).shl(2)));
          // Two sums, so that one addition need not wait for the other.
          const sums = [k.variable(f32x4, 0), k.variable(f32x4, 0)];
          k.while(
            () => weight.add(4).lt(stop),
            () => {
              sums.forEach((sum, j) => {
                sum.set(sum.add(f32x4.load(bin, 16 * j).mul(f32x4.loadSplat(weight, 4 * j))));
              });
              bin.set(bin.add(32));
              weight.set(weight.add(8));
            },
          );
          k.if(weight.lt(stop), () => {
            sums[0].set(sums[0].add(f32x4.load(bin).mul(f32x4.loadSplat(weight))));
            weight.set(weight.add(4));
          });
          k.store(to, sums[0].add(sums[1]));
          to.set(to.add(values.step));
          row.set(row.add(8));
        });
      },
    ),
  }),
  { numerics: 'strict' },
);
