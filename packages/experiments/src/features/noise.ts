import { createHash } from 'node:crypto';
import { babbleNoise, brownNoise, mixAtSnr, pinkNoise, whiteNoise } from '@sonograd/dsp';
import { inventSpeaker, speakDigit } from '@sonograd/dsp/voice';
import type { FeatureConfig } from './config.ts';

type NoiseConfig = NonNullable<FeatureConfig['noise']>;
export type NoiseColor = NoiseConfig['color'];

/** A sound in noise: which noise is fixed by the seed and the item's name. */
export function addNoise(
  samples: Float32Array,
  sampleRate: number,
  config: NoiseConfig,
  id: string,
): Float32Array {
  const hash = createHash('sha256').update(`${config.seed} ${id}`).digest();
  return mixAtSnr(samples, makeNoise(config.color, samples.length, sampleRate, hash.readUIntBE(0, 6)), {
    snrDb: config.snrDb,
  }).samples;
}

/** Noise of one colour, at no particular level. */
export function makeNoise(color: NoiseColor, length: number, sampleRate: number, seed: number): Float32Array {
  switch (color) {
    case 'white':
      return whiteNoise(length, { seed });
    case 'pink':
      return pinkNoise(length, { seed, sampleRate });
    case 'brown':
      return brownNoise(length, { seed, sampleRate });
    case 'babble':
      return babbleNoise(length, babblers(sampleRate), { seed });
  }
}

const crowds = new Map<number, Float32Array[]>();

/** Each digit by four people whose seeds no corpus reaches. */
function babblers(sampleRate: number): Float32Array[] {
  const clips =
    crowds.get(sampleRate) ??
    Array.from({ length: 40 }, (_, n) =>
      speakDigit(n % 10, { speaker: inventSpeaker(-1 - Math.floor(n / 10)), take: 0, sampleRate }),
    );
  crowds.set(sampleRate, clips);
  return clips;
}
