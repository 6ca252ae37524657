import type { RandomStream } from '../random.ts';
import { type Formants, type Phone, type PhoneName, phones } from './phones.ts';
import type { Speaker } from './speaker.ts';
import { digitWords } from './words.ts';

/** A phone in its place in a word, in ms. */
export interface Sound extends Phone {
  start: number;
  end: number;
}

/** An r that is tapped or rolled leaves the third formant where it is. */
const tapThirdFormant = 2300;

/** The word's sounds in time, with this speaker's lengths, accent and coarticulation. */
export function layOutSounds(digit: number, speaker: Speaker, random: RandomStream): Sound[] {
  const margin = () => 30 + Math.floor(random.uniform(0, 60));
  const takeTempo = speaker.tempo * varied(0.08, random);
  const segments = [
    { phone: 'silence', milliseconds: margin() * takeTempo } as const,
    ...digitWords[digit],
    { phone: 'silence', milliseconds: (margin() + 30) * takeTempo } as const,
  ];
  const variants = segments.map(({ phone }) => accented(phone, speaker, random));
  let start = 0;
  return segments.map(({ milliseconds }, i) => {
    const end = start + Math.max(Math.round((milliseconds * varied(0.15, random)) / takeTempo), 5);
    const hiss = (variants[i].hiss ?? 0) * varied(0.6, random);
    const sound = { ...variants[i], from: yielded(variants, i), hiss, start, end };
    start = end;
    return sound;
  });
}

/** A factor about 1: no two takes are alike. */
function varied(deviation: number, random: RandomStream): number {
  return Math.exp(deviation * Math.min(Math.max(random.normal(), -2), 2));
}

/** A sound as this speaker makes it. */
function accented(name: PhoneName, speaker: Speaker, random: RandomStream): Phone {
  const phone: Phone = phones[name];
  const [f1, f2] = speaker.accent[name] ?? [1, 1];
  const wobble = () => 1 + 0.02 * random.normal();
  const shift = ([a, b, c]: Formants): Formants => [a * f1 * wobble(), b * f2 * wobble(), c * wobble()];
  const from = shift(phone.from);
  const target = phone.to && shift(phone.to);
  if (name === 'er') return { ...phone, from, yields: 1 - speaker.rhoticity };
  if (name === 'r') {
    const third = tapThirdFormant + speaker.rhoticity * (from[2] - tapThirdFormant);
    return { ...phone, from: [from[0], from[1], third] };
  }
  if (name === 'tBreath') return { ...phone, from, breath: 0.25 * (0.4 + 0.6 * speaker.release) };
  if (!target) return { ...phone, from };
  const travel = (k: 0 | 1 | 2) => from[k] + speaker.glide * (target[k] - from[k]);
  return { ...phone, from, to: [travel(0), travel(1), travel(2)] };
}

/** Consonants lean towards the nearest vowel: the one that follows, or else the one before. */
function yielded(sounds: readonly Phone[], i: number): Formants {
  const { from, yields = 0 } = sounds[i];
  if (yields === 0) return from;
  const after = sounds.slice(i + 1).find((sound) => sound.voice && !sound.yields);
  const before = sounds.slice(0, i).findLast((sound) => sound.voice && !sound.yields);
  const vowel = after?.from ?? before?.to ?? before?.from ?? from;
  const lean = (k: 0 | 1 | 2) => from[k] + yields * (vowel[k] - from[k]);
  return [lean(0), lean(1), lean(2)];
}
