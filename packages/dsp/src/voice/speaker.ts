import { requireRange } from '../guard.ts';
import { RandomStream } from '../random.ts';

/** Someone who does not exist. Every field may be set by hand; `inventSpeaker` makes a likely whole. */
export interface Speaker {
  /** What differs from take to take is drawn from here. */
  seed: number;
  /** Middle of the voice's pitch. */
  pitchHz: number;
  /** How far the pitch falls through a word, in semitones; below zero it rises. */
  pitchFall: number;
  /** Formants relative to a grown man's: 1.17 for a woman, 1.3 for a child. */
  tractScale: number;
  /** Words a time: 1.2 is a fifth faster. */
  tempo: number;
  /** 0 to 1: noise in the voice, and how soft its high end is. */
  breathiness: number;
  /** How much periods differ in length, and in loudness: shares of one. */
  jitter: number;
  shimmer: number;
  /** The share of a period in which the glottis is open. */
  openQuotient: number;
  /** Loss of the voice at 3 kHz, in dB. */
  tiltDb: number;
  /** Strength of hisses relative to the voice, 1 in the middle. */
  hissLevel: number;
  /** Factors for the first and second formant of each vowel, keyed by phone. */
  accent: Readonly<Record<string, readonly [f1: number, f2: number]>>;
  /** 0 to 1: how much an r bends the third formant down (1: American; 0: a Scottish tap, a French r). */
  rhoticity: number;
  /** 0 to 1.2: how far a diphthong travels. */
  glide: number;
  /** 0 to 1: how far stops are released with breath. */
  release: number;
  /** 0 to 1: how far sounds run into each other. */
  slur: number;
  /** Hum and hiss of the room and the microphone, relative to the voice, in dB. */
  roomDb: number;
}

/** How much the second formant of a vowel differs between accents; that of two most of all. */
const vowelSpread = {
  iy: 0.04,
  ih: 0.05,
  eh: 0.05,
  ah: 0.06,
  schwa: 0.08,
  ao: 0.07,
  uw: 0.14,
  ow: 0.08,
  ay: 0.05,
  ey: 0.05,
};

/** The speaker that belongs to a seed: man, woman or child, with an accent of their own. */
export function inventSpeaker(seed: number): Speaker {
  const random = new RandomStream(seed).split(0x5eaf);
  const around = (middle: number, deviation: number) => middle + deviation * clampedNormal(random);
  const kind = random.uniform();
  const isMan = kind < 0.5;
  const isChild = kind > 0.92;
  const vowelSpace = around(1, 0.06);
  const breathiness = random.uniform() ** 2;
  return {
    seed,
    pitchHz: isMan ? around(118, 18) : isChild ? around(265, 25) : around(205, 24),
    pitchFall: around(5, 3),
    tractScale: isMan ? around(1.0, 0.04) : isChild ? around(1.27, 0.04) : around(1.14, 0.04),
    tempo: Math.exp(around(0.08, 0.18)),
    breathiness,
    jitter: Math.abs(around(0.008, 0.005)),
    shimmer: Math.abs(around(0.04, 0.02)),
    openQuotient: Math.min(around(isMan ? 0.58 : 0.66, 0.06) + 0.08 * breathiness, 0.85),
    tiltDb: Math.max(around(isMan ? 9 : 11, 4) + 5 * breathiness, 0),
    hissLevel: Math.exp(around(-0.2, 0.5)),
    accent: Object.fromEntries(
      Object.entries(vowelSpread).map(([vowel, spread]) => [
        vowel,
        [around(1, 0.06), around(1, spread) * vowelSpace] as const,
      ]),
    ),
    rhoticity: Math.min(Math.max(around(0.7, 0.35), 0), 1),
    glide: Math.min(Math.max(around(0.95, 0.15), 0.4), 1.2),
    release: random.uniform(),
    slur: random.uniform(),
    roomDb: random.uniform(-60, -32),
  };
}

/** Values outside of these are no voice, or one that the synthesizer cannot make. */
const ranges: Record<Exclude<keyof Speaker, 'seed' | 'accent'>, readonly [low: number, high: number]> = {
  pitchHz: [40, 600],
  pitchFall: [-24, 24],
  tractScale: [0.7, 1.6],
  tempo: [0.25, 4],
  breathiness: [0, 1],
  jitter: [0, 0.1],
  shimmer: [0, 0.5],
  openQuotient: [0.2, 0.95],
  tiltDb: [0, 40],
  hissLevel: [0, 10],
  rhoticity: [0, 1],
  glide: [0, 1.5],
  release: [0, 1],
  slur: [0, 1],
  roomDb: [-120, 0],
};

/** Every number of a speaker, made by hand perhaps, must be one a voice can have. */
export function requireSpeaker(op: string, speaker: Speaker): void {
  for (const [name, [low, high]] of Object.entries(ranges)) {
    requireRange(op, name, speaker[name as keyof typeof ranges], low, high);
  }
  for (const [vowel, factors] of Object.entries(speaker.accent)) {
    for (const factor of factors) requireRange(op, `accent.${vowel}`, factor, 0.5, 2);
  }
}

/** Nobody is further than two and a half deviations from the middle. */
function clampedNormal(random: RandomStream): number {
  return Math.min(Math.max(random.normal(), -2.5), 2.5);
}
