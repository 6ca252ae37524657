import { reject, requirePositive, requireRange } from '../guard.ts';
import { kaiser } from '../window/bessel.ts';

/**
 * A windowed-sinc low-pass: how many zero crossings each side, where it cuts (as a share of the
 * lower Nyquist frequency), and the window: `hann`, or Kaiser's by its beta.
 */
export interface ResampleFilter {
  zeroCrossings: number;
  rolloff: number;
  window: 'hann' | { kaiserBeta: number };
  /** Scale the whole low-pass to a gain of exactly 1 at 0 Hz, as SciPy's `firwin` does. */
  unitGain?: boolean;
}

/**
 * - `kaiser`: flat to 0.9 of the lower Nyquist, −100 dB from it on. The default.
 * - `kaiserBest`: torchaudio's `kaiser_window` with resampy's "best" numbers; −149 dB above 1.02 Nyquist.
 * - `sincHann`: torchaudio's default. Short and quick; just above Nyquist it suppresses by 7.8 dB only.
 * - `polyphase`: `scipy.signal.resample_poly`, which is librosa's `res_type='polyphase'`.
 */
export const resampleFilters = {
  kaiser: { zeroCrossings: 64, rolloff: 0.95, window: { kaiserBeta: 10.06 } },
  kaiserBest: { zeroCrossings: 64, rolloff: 0.9475937167399596, window: { kaiserBeta: 14.769656459379492 } },
  sincHann: { zeroCrossings: 6, rolloff: 0.99, window: 'hann' },
  polyphase: { zeroCrossings: 10, rolloff: 1, window: { kaiserBeta: 5 }, unitGain: true },
} as const satisfies Record<string, ResampleFilter>;

export type ResampleFilterName = keyof typeof resampleFilters;

export function resolveFilter(filter: ResampleFilterName | ResampleFilter): ResampleFilter {
  const resolved: ResampleFilter | undefined = typeof filter === 'string' ? resampleFilters[filter] : filter;
  if (!resolved)
    reject('resample', `filter must be one of ${Object.keys(resampleFilters).join(', ')}`, filter);
  requireRange('resample', 'zeroCrossings', resolved.zeroCrossings, 1, 1024);
  requireRange('resample', 'rolloff', resolved.rolloff, 0.01, 1);
  if (resolved.window !== 'hann') requirePositive('resample', 'kaiserBeta', resolved.window.kaiserBeta);
  return resolved;
}

/** The filter's value `crossings` zero crossings away from its middle: 1 there, 0 beyond its last. */
export function windowedSinc(filter: ResampleFilter, crossings: number): number {
  const share = Math.abs(crossings) / filter.zeroCrossings;
  if (share > 1) return 0;
  if (crossings === 0) return 1;
  const angle = Math.PI * crossings;
  return (Math.sin(angle) / angle) * windowValue(filter, share);
}

function windowValue({ window }: ResampleFilter, share: number): number {
  if (window === 'hann') return Math.cos((Math.PI / 2) * share) ** 2;
  return kaiser(window.kaiserBeta, share);
}
