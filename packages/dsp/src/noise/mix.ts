import { reject, requireRange, requireSamples } from '../guard.ts';
import { RandomStream } from '../random.ts';
import { energyOf } from '../sums.ts';

export interface MixOptions {
  /** Signal power over noise power, in dB. */
  snrDb: number;
  /** Where in the noise to begin is drawn from this seed; without one, at its first sample. */
  seed?: number;
}

export interface Mix {
  samples: Float32Array;
  /** What the noise was multiplied by. */
  scale: number;
}

/**
 * Signal plus noise at a given ratio of their powers over the whole clip; torchaudio's `add_noise`.
 * Noise shorter than the signal starts over; of longer noise a stretch is taken.
 */
export function mixAtSnr(signal: Float32Array, noise: Float32Array, { snrDb, seed }: MixOptions): Mix {
  requireSamples('mixAtSnr', signal, 1, 'signal');
  requireSamples('mixAtSnr', noise, 1, 'noise');
  requireRange('mixAtSnr', 'snrDb', snrDb, -200, 200);
  const offset = seed === undefined ? 0 : new RandomStream(seed).integer(noise.length);
  const stretch = signal.map((_, i) => noise[(offset + i) % noise.length]);
  const signalEnergy = energyOf(signal);
  const noiseEnergy = energyOf(stretch);
  if (signalEnergy === 0 || noiseEnergy === 0) {
    const silent = signalEnergy === 0 ? 'signal' : 'noise';
    reject('mixAtSnr', `the ${silent} is silent, so no scale gives the ratio`, `snrDb=${snrDb}`);
  }
  const scale = Math.sqrt(signalEnergy / noiseEnergy) * 10 ** (-snrDb / 20);
  const samples = signal.map((value, i) => value + scale * stretch[i]);
  return { samples, scale };
}
