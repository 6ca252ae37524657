import { RandomStream } from '../random.ts';

/** Someone who does not exist. Every field may be set by hand; `inventSpeaker` makes a likely whole. */
export interface Speaker {
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
}

const vowels = ['iy', 'ih', 'eh', 'ah', 'schwa', 'ao', 'uw', 'ow', 'ay', 'ey'];

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
    pitchHz: isMan ? around(118, 18) : isChild ? around(265, 25) : around(205, 24),
    pitchFall: around(5, 3),
    tractScale: isMan ? around(1.0, 0.04) : isChild ? around(1.27, 0.04) : around(1.14, 0.04),
    tempo: around(1, 0.14),
    breathiness,
    jitter: Math.abs(around(0.008, 0.005)),
    shimmer: Math.abs(around(0.04, 0.02)),
    openQuotient: Math.min(around(isMan ? 0.58 : 0.66, 0.06) + 0.08 * breathiness, 0.85),
    tiltDb: Math.max(around(isMan ? 6 : 8, 4) + 5 * breathiness, 0),
    hissLevel: Math.exp(around(0, 0.4)),
    accent: Object.fromEntries(
      vowels.map((vowel) => [vowel, [around(1, 0.06), around(1, 0.05) * vowelSpace] as const]),
    ),
    rhoticity: Math.min(Math.max(around(0.7, 0.35), 0), 1),
    glide: Math.min(Math.max(around(0.95, 0.15), 0.4), 1.2),
    release: random.uniform(),
    slur: random.uniform(),
  };
}

/** Nobody is further than two and a half deviations from the middle. */
function clampedNormal(random: RandomStream): number {
  return Math.min(Math.max(random.normal(), -2.5), 2.5);
}
