import { reject } from '../guard.ts';

/** How a signal goes on beyond its ends, in NumPy's words. */
export type PadMode = 'constant' | 'reflect' | 'symmetric' | 'edge' | 'wrap';

export const padModes: readonly PadMode[] = ['constant', 'reflect', 'symmetric', 'edge', 'wrap'];

/** `samples` with `before` and `after` more at its ends. */
export function padSignal(samples: Float32Array, before: number, after: number, mode: PadMode): Float32Array {
  const padded = new Float32Array(before + samples.length + after);
  readPadded(samples, -before, mode, padded);
  return padded;
}

/**
 * Fills `target` with the samples from `start` on, which may lie before the first or run past the last. A
 * reflection longer than the signal bounces back and forth, as in NumPy (torch refuses it); a single
 * sample repeats.
 */
export function readPadded(samples: Float32Array, start: number, mode: PadMode, target: Float32Array): void {
  const { length } = target;
  const first = Math.min(length, Math.max(0, -start));
  const end = Math.max(first, Math.min(length, samples.length - start));
  target.set(samples.subarray(start + first, start + end), first);
  if (mode === 'constant') {
    target.fill(0, 0, first).fill(0, end);
    return;
  }
  const source = sourceIndex(mode, samples.length);
  for (let i = 0; i < first; i++) target[i] = samples[source(start + i)];
  for (let i = end; i < length; i++) target[i] = samples[source(start + i)];
}

/** Which sample stands at a place outside the signal. */
function sourceIndex(mode: PadMode, length: number): (index: number) => number {
  if (!padModes.includes(mode)) reject('pad', `mode must be one of ${padModes.join(', ')}`, mode);
  if (mode === 'edge') return (index) => (index < 0 ? 0 : length - 1);
  // Mirrors stand on the end samples, or half a step beyond them, where those come twice.
  const twice = mode === 'symmetric' ? 1 : 0;
  const period = mode === 'wrap' ? length : Math.max(1, 2 * (length - 1 + twice));
  return (index) => {
    const at = ((index % period) + period) % period;
    return at < length ? at : period - twice - at;
  };
}
