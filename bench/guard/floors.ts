/**
 * The least share of its limit that each hot kernel must reach on one thread: about six tenths of what was measured on
 * four cores with AVX2, so that a busy machine passes and a lost kernel does not. Convolutions are counted in direct
 * operations, so Winograd's pass 1; a sum only reads, so it passes a copy, but by how much is a matter of the caches.
 */
export const floors: Readonly<Record<string, number>> = {
  'matmul/512³': 0.55,
  'matmul/64³': 0.45,
  'conv/64→64 on 56², forward': 1.6,
  'conv/64→64 on 56², filter gradient': 1.3,
  'elementwise/exp 6.4M': 0.33,
  'reductions/sum 6.4M': 0.6,
  'norm/batch-norm on 32x64x56x56': 0.48,
  'recurrent/lstm 64→128, 64 steps, batch 32, forward': 0.42,
  'fft/real FFT of 512, 64 frames': 0.2,
};
