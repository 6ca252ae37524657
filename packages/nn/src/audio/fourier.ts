import { rfft as forwardRows, irfft as inverseRows } from '@sonograd/dsp';
import {
  type AnyTensor,
  type DataOf,
  defineOp,
  defineOpMany,
  fromArray,
  type Tensor,
  zeros,
} from '@sonograd/tensor';

/** The bins from zero to half the sample rate of each row. */
export interface Spectra {
  readonly real: Tensor;
  readonly imaginary: Tensor;
}

/**
 * The transform of real rows [..., size] to bins [..., size / 2 + 1]. Its gradient is an inverse transform, for
 * both are matrices and each is nearly the other's transpose: bins between the ends stand for two.
 */
export function realFourier(x: Tensor): Spectra {
  const [real, imaginary] = forward([x], undefined) as [Tensor, Tensor];
  return { real, imaginary };
}

/** Rows [..., size] whose bins are the given ones. */
export function inverseRealFourier({ real, imaginary }: Spectra, size: number): Tensor {
  return inverse([real, imaginary], size);
}

type Floats = DataOf['float32'];

const forward = defineOpMany({
  name: 'realFourier',
  outputs: ([x]) => {
    const { shape } = x as { readonly shape: readonly number[] };
    const bins = [...shape.slice(0, -1), binsOf(shape.at(-1) ?? 0)];
    return [0, 1].map(() => ({ shape: bins, dtype: 'float32' as const }));
  },
  reference: ([real, imaginary], [x]) => {
    const { re, im } = forwardRows(Float64Array.from(floats(x)), { size: lastOf(x) });
    floats(real).set(re);
    floats(imaginary).set(im);
  },
  simd: ([real, imaginary], [x]) => {
    forwardRows(floats(x), { size: lastOf(x), out: { re: floats(real), im: floats(imaginary) } });
  },
  backward: ({ inputs: [x], outputs: [real], dOuts }) => {
    const size = lastOf(x);
    const counted = binWeights(size, size, size / 2);
    const [dReal, dImaginary] = dOuts.map((dOut) => dOut ?? (zeros((real as Tensor).shape) as Tensor));
    return [
      inverseRealFourier(
        { real: (dReal as Tensor).mul(counted), imaginary: (dImaginary as Tensor).mul(counted) },
        size,
      ),
    ];
  },
});

const inverse = defineOp<number>({
  name: 'inverseRealFourier',
  shape: ([real], size) => [...(real ?? []).slice(0, -1), size],
  reference: (out, [real, imaginary], size) => {
    const [re, im] = [real, imaginary].map((part) => Float64Array.from(floats(part)));
    floats(out).set(inverseRows({ re: re as Float64Array, im: im as Float64Array }, { size }));
  },
  simd: (out, [real, imaginary], size) => {
    inverseRows({ re: floats(real), im: floats(imaginary) }, { size, out: floats(out) });
  },
  backward: ({ dOut, params: size }) => {
    const { real, imaginary } = realFourier(dOut);
    const counted = binWeights(size, 1 / size, 2 / size);
    return [real.mul(counted) as Tensor, imaginary.mul(counted) as Tensor];
  },
});

export function binsOf(size: number): number {
  return Math.floor(size / 2) + 1;
}

/** One number for the bins that stand for themselves (zero, and half the rate of an even size), one for the others. */
function binWeights(size: number, atEnds: number, between: number): Tensor {
  const weights = new Float32Array(binsOf(size)).fill(between);
  weights[0] = atEnds;
  if (size % 2 === 0) weights[size / 2] = atEnds;
  return fromArray(weights, [weights.length]) as Tensor;
}

function floats(x: AnyTensor | undefined): Floats {
  return (x as AnyTensor).data as Floats;
}

function lastOf(x: AnyTensor | undefined): number {
  return (x as AnyTensor).shape.at(-1) ?? 0;
}
