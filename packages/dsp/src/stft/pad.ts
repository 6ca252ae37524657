import { reject } from '../guard.ts';

/** How a signal goes on beyond its ends, in NumPy's words. */
export type PadMode = 'constant' | 'reflect' | 'symmetric' | 'edge' | 'wrap';

export const padModes: readonly PadMode[] = ['constant', 'reflect', 'symmetric', 'edge', 'wrap'];

/**
 * `samples` with `before` and `after` more at its ends. A reflection longer than the signal bounces
 * back and forth, as in NumPy (torch refuses it); a single sample repeats.
 */
export function padSignal(samples: Float32Array, before: number, after: number, mode: PadMode): Float32Array {
  const padded = new Float32Array(before + samples.length + after);
  padded.set(samples, before);
  if (mode === 'constant') return padded;
  const source = sourceIndex(mode, samples.length);
  for (let i = 0; i < before; i++) padded[i] = samples[source(i - before)];
  for (let i = 0; i < after; i++) padded[before + samples.length + i] = samples[source(samples.length + i)];
  return padded;
}

/** Which sample stands at a place outside the signal. */
function sourceIndex(mode: PadMode, length: number): (index: number) => number {
  const modulo = (index: number, period: number) => ((index % period) + period) % period;
  switch (mode) {
    case 'edge':
      return (index) => (index < 0 ? 0 : length - 1);
    case 'wrap':
      return (index) => modulo(index, length);
    case 'symmetric':
      return (index) => {
        const at = modulo(index, 2 * length);
        return at < length ? at : 2 * length - 1 - at;
      };
    case 'reflect': {
      const period = Math.max(1, 2 * length - 2);
      return (index) => {
        const at = modulo(index, period);
        return at < length ? at : period - at;
      };
    }
    default:
      return reject('pad', `mode must be one of ${padModes.join(', ')}`, mode);
  }
}
