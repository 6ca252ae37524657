import { unitRoot } from './radices.ts';

/**
 * The transform of interleaved complex numbers, by splitting into as many parts as the smallest factor of
 * their count (Cooley and Tukey, 1965): the shortest way to say it, quick enough for tables.
 */
export function recursiveTransform(values: Float64Array): Float64Array {
  const size = values.length / 2;
  if (size === 1) return values;
  const parts = [2, 3, 5].find((factor) => size % factor === 0) ?? size;
  const inner = size / parts;
  const out = new Float64Array(2 * size);
  for (let part = 0; part < parts; part++) {
    const strided = new Float64Array(2 * inner);
    for (let i = 0; i < inner; i++) {
      strided[2 * i] = values[2 * (parts * i + part)];
      strided[2 * i + 1] = values[2 * (parts * i + part) + 1];
    }
    const spectrum = inner === 1 ? strided : recursiveTransform(strided);
    for (let k = 0; k < size; k++) {
      const [rootRe, rootIm] = unitRoot(part * k, size);
      const at = 2 * (k % inner);
      out[2 * k] += spectrum[at] * rootRe - spectrum[at + 1] * rootIm;
      out[2 * k + 1] += spectrum[at] * rootIm + spectrum[at + 1] * rootRe;
    }
  }
  return out;
}
