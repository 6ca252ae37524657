import { f32x4, i32, kernelFamily } from '@sonograd/wasm';

export const resampleKernels = kernelFamily(
  'dsp-resample',
  (family) => ({
    /**
     * Outputs of one phase, four at once so that each tap is loaded once for the four: dot products of a
     * row of taps (`rowBytes` long, a multiple of 16) with samples `step` bytes further each time, stored
     * `outStep` bytes apart. Goes on to a multiple of four.
     */
    dots: family.kernel(
      { samples: 'i32', step: 'i32', taps: 'i32', rowBytes: 'i32', out: 'i32', outStep: 'i32' },
      (k, values) => {
        const from = k.variable(i32, values.samples);
        const to = k.variable(i32, values.out);
        k.for(k.begin, k.end, 4, () => {
          const starts = [0, 1, 2, 3].map((j) => k.let(from.add(values.step.mul(j))));
          const sums = starts.map(() => k.variable(f32x4, 0));
          k.for(0, values.rowBytes, 16, (at) => {
            const taps = k.let(f32x4.load(values.taps.add(at)));
            sums.forEach((sum, j) => {
              sum.set(sum.add(f32x4.load(starts[j].add(at)).mul(taps)));
            });
          });
          for (const sum of sums) {
            k.store(
              to,
              sum
                .lane(0)
                .add(sum.lane(1))
                .add(sum.lane(2).add(sum.lane(3))),
            );
            to.set(to.add(values.outStep));
          }
          from.set(from.add(values.step.shl(2)));
        });
      },
    ),
  }),
  { numerics: 'strict' },
);
