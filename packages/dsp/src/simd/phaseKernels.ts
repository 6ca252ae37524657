import { f32x4, kernelFamily } from '@sonograd/wasm';

const complexBytes = 32;
/** Its root is far below any magnitude that can be heard, and far above where a quotient overflows. */
const silence = 1e-30;

/** One round of Griffin-Lim on four frames; see griffinLim/griffinLim.ts. */
export const phaseKernels = kernelFamily(
  'dsp-phase',
  (family) => ({
    /** Sums of overlapping frames times one over their weights. */
    weigh: family.kernel({ sums: 'i32', weights: 'i32', out: 'i32' }, (k, { sums, weights, out }) => {
      k.forLanes(k.begin, k.end, (at) => at.store(out, at.load(sums).mul(at.load(weights))));
    }),

    /** The estimate takes the phases of found - pull * previous and the magnitudes it must have; found becomes previous. */
    keepPhases: family.kernel(
      { found: 'i32', previous: 'i32', magnitudes: 'i32', estimate: 'i32', pull: 'f32' },
      (k, { found, previous, magnitudes, estimate, pull }) => {
        const factor = k.let(pull.splat());
        k.for(k.begin, k.end, 1, (bin) => {
          const at = k.let(bin.mul(complexBytes));
          const foundRe = k.let(f32x4.load(found.add(at)));
          const foundIm = k.let(f32x4.load(found.add(at), 16));
          const re = k.let(foundRe.sub(f32x4.load(previous.add(at)).mul(factor)));
          const im = k.let(foundIm.sub(f32x4.load(previous.add(at), 16).mul(factor)));
          const length = re.mul(re).add(im.mul(im)).pmax(silence).sqrt();
          const scale = k.let(f32x4.load(magnitudes.add(bin.shl(4))).div(length));
          k.store(estimate.add(at), re.mul(scale));
          k.store(estimate.add(at), im.mul(scale), 16);
          k.store(previous.add(at), foundRe);
          k.store(previous.add(at), foundIm, 16);
        });
      },
    ),

    /** Sum over bins of (|found| - magnitude)^2, for each lane. */
    distance: family.kernel(
      { found: 'i32', magnitudes: 'i32', out: 'i32' },
      (k, { found, magnitudes, out }) => {
        const sum = k.variable(f32x4, 0);
        k.for(k.begin, k.end, 1, (bin) => {
          const at = k.let(found.add(bin.mul(complexBytes)));
          const re = f32x4.load(at);
          const im = f32x4.load(at, 16);
          const length = re.mul(re).add(im.mul(im)).sqrt();
          const off = k.let(length.sub(f32x4.load(magnitudes.add(bin.shl(4)))));
          sum.set(sum.add(off.mul(off)));
        });
        k.store(out, sum);
      },
    ),
  }),
  { numerics: 'strict' },
);
