import { reject } from '../guard.ts';

/**
 * Two readings of the mel scale: `htk` is logarithmic throughout (O'Shaughnessy, 1987); `slaney` is
 * linear up to 1 kHz and logarithmic above (Slaney, "Auditory Toolbox", 1998).
 */
export type MelScale = 'htk' | 'slaney';

const slaneyBreakHz = 1000;
const slaneyHzPerMel = 200 / 3;
const slaneyBreakMel = slaneyBreakHz / slaneyHzPerMel;
const slaneyLogStep = Math.log(6.4) / 27;

export function hzToMel(hz: number, scale: MelScale): number {
  requireScale('hzToMel', scale);
  if (!(hz >= 0)) reject('hzToMel', 'a frequency must not be below zero', `${hz} Hz`);
  if (scale === 'htk') return 2595 * Math.log10(1 + hz / 700);
  return hz < slaneyBreakHz
    ? hz / slaneyHzPerMel
    : slaneyBreakMel + Math.log(hz / slaneyBreakHz) / slaneyLogStep;
}

export function melToHz(mel: number, scale: MelScale): number {
  requireScale('melToHz', scale);
  if (!(mel >= 0)) reject('melToHz', 'a pitch must not be below zero', `${mel} mel`);
  if (scale === 'htk') return 700 * (10 ** (mel / 2595) - 1);
  return mel < slaneyBreakMel
    ? mel * slaneyHzPerMel
    : slaneyBreakHz * Math.exp(slaneyLogStep * (mel - slaneyBreakMel));
}

/** `count` frequencies from lowHz to highHz, evenly spaced in mel. */
export function melFrequencies(count: number, lowHz: number, highHz: number, scale: MelScale): Float64Array {
  const low = hzToMel(lowHz, scale);
  const high = hzToMel(highHz, scale);
  return Float64Array.from({ length: count }, (_, i) =>
    melToHz(low + ((high - low) * i) / (count - 1), scale),
  );
}

export function requireScale(op: string, scale: MelScale): void {
  if (scale !== 'htk' && scale !== 'slaney') reject(op, 'scale must be htk or slaney', scale);
}
