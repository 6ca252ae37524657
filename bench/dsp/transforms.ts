import loadPffft from '@echogarden/pffft-wasm/simd';
import { rfft, setEngine } from '@sonograd/dsp';
import FFT from 'fft.js';
import type { Runnable } from '../measure.ts';

/** Frames in one batch: their samples and spectra fit into a second-level cache. */
export const batch = 64;

const pffft = await loadPffft();

/**
 * Real transforms of a batch of frames, input and output in arrays of the caller. fft.js fills half of a complex
 * array of its own kind for each frame; pffft gets its copy in and out of WebAssembly memory, and beside it a
 * contender that never leaves that memory, which no caller of ours can be.
 */
export function realTransforms(
  size: number,
): Record<'reference' | 'simd' | 'fftJs' | 'pffft' | 'pffftInside', Runnable> {
  const samples = Float32Array.from(
    { length: size * batch },
    (_, i) => Math.sin(0.1 * i) + Math.sin(0.37 * i),
  );
  const rows = Array.from({ length: batch }, (_, row) => samples.subarray(row * size, (row + 1) * size));
  const out = rfft(samples, { size });
  const fft = new FFT(size);
  const spectra = rows.map(() => fft.createComplexArray());
  const setup = pffft._pffft_new_setup(size, 0);
  const [input, output, work] = [0, 1, 2].map(() => pffft._pffft_aligned_malloc(4 * size)) as [
    number,
    number,
    number,
  ];
  const copies = rows.map(() => new Float32Array(size));
  const transform = () => pffft._pffft_transform_ordered(setup, input, output, work, 0);
  const ours = (engine: 'reference' | 'simd'): Runnable => ({
    name: `@sonograd/dsp ${engine}`,
    run: () => {
      setEngine(engine);
      rfft(samples, { size, out });
    },
  });
  return {
    reference: ours('reference'),
    simd: ours('simd'),
    fftJs: {
      name: 'fft.js',
      run: () =>
        rows.forEach((row, i) => {
          fft.realTransform(spectra[i]!, row);
        }),
    },
    pffft: {
      name: 'pffft',
      run: () => {
        rows.forEach((row, i) => {
          pffft.HEAPF32.set(row, input / 4);
          transform();
          copies[i]!.set(pffft.HEAPF32.subarray(output / 4, output / 4 + size));
        });
      },
    },
    pffftInside: { name: 'pffft, inside its memory', run: () => rows.forEach(transform) },
  };
}
