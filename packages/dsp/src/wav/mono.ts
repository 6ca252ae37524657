import { reject, requireSameLength, requireSamples } from '../guard.ts';

/** The mean of the channels; a single channel is copied. */
export function mixToMono(channels: readonly Float32Array[]): Float32Array {
  if (channels.length === 0) reject('mixToMono', 'there must be at least one channel', 0);
  const mixed = new Float32Array(channels[0].length);
  for (const samples of channels) {
    requireSamples('mixToMono', samples, 0);
    requireSameLength('mixToMono', mixed, samples);
  }
  for (let i = 0; i < mixed.length; i++) {
    let sum = 0;
    for (const samples of channels) sum += samples[i];
    mixed[i] = sum / channels.length;
  }
  return mixed;
}
