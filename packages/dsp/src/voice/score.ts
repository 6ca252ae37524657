import type { RandomStream } from '../random.ts';
import type { Formants, HissShape } from './phones.ts';
import { layOutSounds, type Sound } from './sounds.ts';
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

const noHiss: HissShape = { peaks: [], beside: 0 };
const vowelBandwidths: Formants = [65, 95, 140];

/** Writes a digit down as a speaker would say it, this time: sounds, then lines through them. */
export function scoreDigit(digit: number, speaker: Speaker, random: RandomStream): Score {
  const sounds = layOutSounds(digit, speaker, random);
  const length = sounds[sounds.length - 1].end;
  const line = (widthMs: number, value: SoundValue) => smooth(drawSteps(sounds, length, value), widthMs);
  const width = 70 + 60 * speaker.slur;
  const formantLine = (k: number) =>
    // The jaw, which the first formant follows, is quicker than the tongue.
    line(
      k === 0 ? 0.7 * width : width,
      ({ from, to = from }, share) => from[k] + glide(share) * (to[k] - from[k]),
    );
  return {
    length,
    pitchHz: pitchLine(sounds, length, speaker, random),
    formants: [0, 1, 2].map(formantLine),
    bandwidths: [0, 1, 2].map((k) => line(30, ({ bandwidths = vowelBandwidths }) => bandwidths[k])),
    voice: voiceLine(
      line(24, ({ voice = 0 }) => voice),
      sounds,
      random,
    ),
    breath: line(16, ({ breath = 0 }) => breath),
    nasal: line(50, ({ nasal = 0 }) => nasal),
    hiss: hissLine(sounds, length, speaker),
    shape: shapeLine(sounds, length),
  };
}

/** A number that a sound has, from its start (share 0) to its end (1). */
type SoundValue = (sound: Sound, share: number) => number;

function drawSteps(sounds: Sound[], length: number, value: SoundValue): Float64Array {
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

/** A diphthong rests in its first vowel for a while, and then goes. */
function glide(share: number): number {
  const way = Math.min(Math.max((share - 0.1) / 0.75, 0), 1);
  return way * way * (3 - 2 * way);
}

/** Words grow softer, and a voice dies away more slowly than it comes. */
function voiceLine(line: Float64Array, sounds: Sound[], random: RandomStream): Float64Array {
  const voiced = sounds.filter(({ voice }) => voice);
  const start = voiced[0].start;
  const end = voiced[voiced.length - 1].end;
  const decay = random.uniform(0, 0.6);
  const tail = Math.min(random.uniform(30, 160), 0.6 * (end - start));
  return line.map((value, t) => {
    const share = Math.min(Math.max((t - start) / (end - start), 0), 1);
    const left = Math.min(Math.max((end + 12 - t) / tail, 0), 1);
    return value * (1 - decay * share) * Math.sin((Math.PI / 2) * left);
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
