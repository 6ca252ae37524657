import { reject, requireWhole } from '../guard.ts';
import { normalizeLevel } from '../measure/loudness.ts';
import { mixAtSnr } from '../noise/mix.ts';
import { pinkNoise } from '../noise/noise.ts';
import { RandomStream } from '../random.ts';
import { resample } from '../resample/resample.ts';
import { scoreDigit } from './score.ts';
import { requireSpeaker, type Speaker } from './speaker.ts';
import { synthesize, voiceRate } from './synthesize.ts';

export interface SpeakOptions {
  speaker: Speaker;
  /** Nobody says a word twice in the same way: each take is another, and fixed by this number. */
  take: number;
  /** A whole number of samples per second. The voice itself reaches to 8 kHz. */
  sampleRate: number;
}

/** A digit, 0 to 9, spoken by an invented speaker: about half a second, peaks at 0.2 to 0.8. */
export function speakDigit(digit: number, { speaker, take, sampleRate }: SpeakOptions): Float32Array {
  requireWhole('speakDigit', 'sampleRate', sampleRate, 4000);
  if (!Number.isInteger(digit) || digit < 0 || digit > 9) reject('speakDigit', 'digit must be 0 to 9', digit);
  requireSpeaker('speakDigit', speaker);
  requireWhole('speakDigit', 'take', take, 0);
  const random = new RandomStream(speaker.seed).split(take).split(digit);
  const spoken = synthesize(scoreDigit(digit, speaker, random), speaker, random);
  const room = pinkNoise(spoken.length, { seed: random.split(3).bits(), sampleRate: voiceRate, lowHz: 60 });
  const heard = mixAtSnr(spoken, room, { snrDb: -speaker.roomDb }).samples;
  const samples = resample(heard, { sourceRate: voiceRate, targetRate: sampleRate });
  return normalizeLevel(samples, { peak: random.uniform(0.2, 0.8) });
}
