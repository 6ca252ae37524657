import type { RandomStream } from '../random.ts';
import { digitWords, type Formants, type HissShape, type Phone, type PhoneName, phones } from './phones.ts';
import type { Speaker } from './speaker.ts';

/** What the synthesizer is told, one value each millisecond. */
export interface Score {
  length: number;
  pitchHz: Float64Array;
  formants: Float64Array[];
  bandwidths: Float64Array[];
  voice: Float64Array;
  breath: Float64Array;
  nasal: Float64Array;
  hiss: Float64Array;
  /** The colour of the hiss: piecewise constant, for it is heard only where there is a hiss. */
  shape: HissShape[];
}

interface Sound extends Phone {
  name: PhoneName;
  start: number;
  end: number;
}

const noHiss: HissShape = { peaks: [], beside: 0 };
const vowelBandwidths: Formants = [65, 95, 140];

/** Writes a digit down as a speaker would say it, this time: sounds, then lines through them. */
export function scoreDigit(digit: number, speaker: Speaker, random: RandomStream): Score {
  const sounds = layOut(digit, speaker, random);
  const length = sounds[sounds.length - 1].end;
  const steps = (value: (sound: Sound, share: number) => number) => drawSteps(sounds, length, value);
  const width = 55 + 40 * speaker.slur;
  const formantLine = (k: number) =>
    smooth(
      steps((sound, share) => sound.from[k] + share * ((sound.to ?? sound.from)[k] - sound.from[k])),
      k === 0 ? 0.7 * width : width,
    );
  return {
    length,
    pitchHz: pitchLine(sounds, length, speaker, random),
    formants: [0, 1, 2].map(formantLine),
    bandwidths: [0, 1, 2].map((k) =>
      smooth(
        steps((sound) => (sound.bandwidths ?? vowelBandwidths)[k]),
        30,
      ),
    ),
    voice: smooth(
      steps(({ voice = 0 }) => voice),
      24,
    ),
    breath: smooth(
      steps(({ breath = 0 }) => breath),
      16,
    ),
    nasal: smooth(
      steps(({ nasal = 0 }) => nasal),
      50,
    ),
    hiss: hissLine(sounds, length, speaker),
    shape: shapeLine(sounds, length),
  };
}

/** The word's sounds in time, with this speaker's lengths, accent and coarticulation. */
function layOut(digit: number, speaker: Speaker, random: RandomStream): Sound[] {
  const margin = () => 30 + Math.floor(random.uniform(0, 60));
  const takeTempo = speaker.tempo * Math.exp(0.06 * random.normal());
  const segments = [
    { phone: 'silence', milliseconds: margin() * takeTempo } as const,
    ...digitWords[digit],
    { phone: 'silence', milliseconds: (margin() + 30) * takeTempo } as const,
  ];
  const variants = segments.map(({ phone }) => accented(phone, speaker, random));
  let start = 0;
  return segments.map(({ phone, milliseconds }, i) => {
    const stretch = Math.exp(0.1 * Math.min(Math.max(random.normal(), -2), 2)) / takeTempo;
    const end = start + Math.max(Math.round(milliseconds * stretch), 5);
    const sound = { ...variants[i], ...yielded(variants, i), name: phone, start, end };
    start = end;
    return sound;
  });
}

function accented(name: PhoneName, speaker: Speaker, random: RandomStream): Phone {
  const phone: Phone = phones[name];
  const [f1, f2] = speaker.accent[name] ?? [1, 1];
  const wobble = () => 1 + 0.02 * random.normal();
  const shift = ([a, b, c]: Formants): Formants => [a * f1 * wobble(), b * f2 * wobble(), c * wobble()];
  const from = shift(phone.from);
  const target = phone.to && shift(phone.to);
  if (name === 'r')
    return { ...phone, from: [from[0], from[1], 2300 + speaker.rhoticity * (from[2] - 2300)] };
  if (name === 'tBreath')
    return { ...phone, from, breath: (phone.breath ?? 0) * (0.4 + 0.6 * speaker.release) };
  if (!target) return { ...phone, from };
  const travel = (k: 0 | 1 | 2) => from[k] + speaker.glide * (target[k] - from[k]);
  return { ...phone, from, to: [travel(0), travel(1), travel(2)] };
}

/** Consonants lean towards the nearest vowel: the one that follows, or else the one before. */
function yielded(sounds: readonly Phone[], i: number): { from: Formants } {
  const { from, yields = 0 } = sounds[i];
  if (yields === 0) return { from };
  const after = sounds.slice(i + 1).find((sound) => sound.voice && !sound.yields);
  const before = sounds.slice(0, i).findLast((sound) => sound.voice && !sound.yields);
  const vowel = after?.from ?? before?.to ?? before?.from ?? from;
  const lean = (k: 0 | 1 | 2) => from[k] + yields * (vowel[k] - from[k]);
  return { from: [lean(0), lean(1), lean(2)] };
}

function drawSteps(
  sounds: Sound[],
  length: number,
  value: (sound: Sound, share: number) => number,
): Float64Array {
  const line = new Float64Array(length);
  for (const sound of sounds) {
    const { start, end } = sound;
    for (let t = start; t < end; t++) line[t] = value(sound, (t - start) / (end - start));
  }
  return line;
}

/** A running mean under a raised cosine: a mouth neither jumps nor stops dead, and starts before it is due. */
function smooth(line: Float64Array, width: number): Float64Array {
  const half = Math.max(Math.round(width / 2), 1);
  const kernel = Float64Array.from(
    { length: 2 * half + 1 },
    (_, i) => 1 + Math.cos((Math.PI * (i - half)) / (half + 1)),
  );
  const total = kernel.reduce((sum, value) => sum + value, 0);
  return line.map((_, t) => {
    let sum = 0;
    for (let i = -half; i <= half; i++) {
      sum += kernel[i + half] * line[Math.min(Math.max(t + i, 0), line.length - 1)];
    }
    return sum / total;
  });
}

/** Each hiss rises and falls in its own time; a burst at once. */
function hissLine(sounds: Sound[], length: number, speaker: Speaker): Float64Array {
  const line = new Float64Array(length);
  for (const { hiss = 0, attackMs = 35, releaseMs = 25, start, end } of sounds) {
    if (hiss === 0) continue;
    for (let t = start; t < end; t++) {
      const rise = Math.min((t - start + 1) / attackMs, 1);
      const fall = Math.min((end - t) / releaseMs, 1);
      line[t] = hiss * speaker.hissLevel * rise * fall;
    }
  }
  return line;
}

function shapeLine(sounds: Sound[], length: number): HissShape[] {
  const line = new Array<HissShape>(length).fill(noHiss);
  for (const { shape, start, end } of sounds) if (shape) line.fill(shape, start, end);
  return line;
}

/** Up a little at first, then down through the word, about the speaker's middle; a slow waver on top. */
function pitchLine(sounds: Sound[], length: number, speaker: Speaker, random: RandomStream): Float64Array {
  const voiced = sounds.filter(({ voice }) => voice);
  const start = voiced[0].start;
  const end = voiced[voiced.length - 1].end;
  const fall = speaker.pitchFall + 1.5 * random.normal();
  const accent = random.uniform(0, 2);
  const middle = speaker.pitchHz * 2 ** ((0.7 * random.normal()) / 12);
  const phase = random.uniform(0, 2 * Math.PI);
  return new Float64Array(length).map((_, t) => {
    const share = Math.min(Math.max((t - start) / (end - start), 0), 1);
    const semitones = fall * (0.5 - share) + accent * Math.sin(Math.PI * Math.min(1.6 * share, 1));
    const waver = 0.15 * Math.sin(0.031 * t + phase) + 0.1 * Math.sin(0.013 * t + 2 * phase);
    return middle * 2 ** ((semitones + waver) / 12);
  });
}
