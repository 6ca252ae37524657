import { reject } from '../guard.ts';

/** The caller's array after a check of its length, or a new one. */
export function realOut(op: string, out: Float32Array | undefined, length: number): Float32Array {
  if (out === undefined) return new Float32Array(length);
  if (out.length !== length || !(out instanceof Float32Array)) {
    reject(op, `out must be a Float32Array of ${length}`, out.length);
  }
  return out;
}

export function complexOut(
  op: string,
  out: { readonly re: Float32Array; readonly im: Float32Array } | undefined,
  bins: number,
  frames: number,
): { re: Float32Array; im: Float32Array } {
  return { re: realOut(op, out?.re, bins * frames), im: realOut(op, out?.im, bins * frames) };
}
