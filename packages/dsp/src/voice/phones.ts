/** First three resonances of the vocal tract in Hz, of a grown man; other speakers scale them. */
export type Formants = readonly [f1: number, f2: number, f3: number];

/**
 * The colour of a hiss: three resonances for noise, side by side, and what passes beside them.
 * Frequencies and bandwidths in Hz, gains relative to the noise.
 */
export interface HissShape {
  peaks: readonly (readonly [hz: number, bandwidthHz: number, gain: number])[];
  beside: number;
}

/** What the mouth does for one sound. Levels are amplitudes relative to a vowel's voice. */
export interface Phone {
  from: Formants;
  /** Where a gliding sound goes; it stays where it is if unsaid. */
  to?: Formants;
  bandwidths?: Formants;
  voice?: number;
  /** Noise at the glottis, shaped by the whole tract: an h. */
  breath?: number;
  /** Noise at a narrow place in the mouth. */
  hiss?: number;
  shape?: HissShape;
  /** How quickly a hiss comes and goes, in ms. */
  attackMs?: number;
  releaseMs?: number;
  /** 0 to 1: how far the nose is open. */
  nasal?: number;
  /** 0 to 1: how far the formants yield to those of the nearest vowel. Vowels yield nothing. */
  yields?: number;
}

const sibilant: HissShape = {
  peaks: [
    [3900, 700, 0.25],
    [5200, 900, 0.9],
    [6900, 1200, 0.8],
  ],
  beside: 0.02,
};

const flat = (beside: number, peakHz: number, gain: number): HissShape => ({
  peaks: [
    [1500, 800, 0.06],
    [peakHz, 1800, gain],
    [7000, 2000, gain],
  ],
  beside,
});

const alveolarBurst: HissShape = {
  peaks: [
    [1800, 500, 0.12],
    [3600, 700, 0.7],
    [5000, 1200, 0.8],
  ],
  beside: 0.08,
};

const velarBurst: HissShape = {
  peaks: [
    [1900, 300, 0.9],
    [2700, 500, 0.5],
    [4800, 1200, 0.2],
  ],
  beside: 0.04,
};

/*
 * Vowels near the means of Peterson and Barney (JASA 1952) and Hillenbrand et al. (JASA 1995);
 * consonants near the table of Klatt (JASA 1980). Where two numbers differ, the ear of a recogniser
 * trained on recordings has decided.
 */
export const phones = {
  silence: { from: [500, 1500, 2500], yields: 1 },

  iy: { from: [310, 2200, 2900], to: [280, 2290, 3010], voice: 0.9 },
  ih: { from: [400, 1920, 2550], voice: 1 },
  eh: { from: [550, 1800, 2480], voice: 1 },
  ah: { from: [600, 1020, 2350], to: [600, 1420, 2450], voice: 1 },
  schwa: { from: [480, 1450, 2450], voice: 0.75 },
  ao: { from: [570, 860, 2410], voice: 1 },
  uw: { from: [330, 1700, 2350], to: [310, 1150, 2230], voice: 0.9 },
  ow: { from: [520, 1050, 2400], to: [360, 820, 2300], voice: 1 },
  ay: { from: [720, 1280, 2450], to: [480, 1850, 2550], voice: 1 },
  ey: { from: [500, 1850, 2520], to: [330, 2200, 2750], voice: 1 },

  w: { from: [290, 640, 2150], to: [430, 820, 2200], bandwidths: [60, 90, 80], voice: 0.6 },
  r: { from: [330, 1080, 1300], bandwidths: [70, 100, 120], voice: 0.7, yields: 0.15 },
  er: { from: [450, 1150, 1650], bandwidths: [70, 100, 120], voice: 0.8 },
  n: { from: [350, 1600, 2550], bandwidths: [80, 130, 160], voice: 0.65, nasal: 1, yields: 0.25 },

  v: {
    from: [260, 1150, 2150],
    bandwidths: [80, 120, 150],
    voice: 0.55,
    hiss: 0.05,
    shape: flat(0.3, 5000, 0.3),
    yields: 0.45,
  },
  z: {
    from: [270, 1500, 2550],
    bandwidths: [80, 120, 150],
    voice: 0.3,
    hiss: 0.16,
    shape: sibilant,
    yields: 0.3,
  },
  f: { from: [340, 1120, 2100], hiss: 0.11, shape: flat(0.35, 5500, 0.35), yields: 0.45 },
  th: { from: [320, 1350, 2500], hiss: 0.08, shape: flat(0.3, 6000, 0.35), yields: 0.4 },
  s: { from: [320, 1480, 2550], hiss: 0.3, shape: sibilant, yields: 0.3 },

  closure: { from: [300, 1650, 2600], yields: 0.45 },
  velarClosure: { from: [300, 2000, 2500], yields: 0.55 },
  t: {
    from: [350, 1700, 2600],
    hiss: 0.45,
    shape: alveolarBurst,
    attackMs: 2,
    releaseMs: 10,
    breath: 0.05,
    yields: 0.4,
  },
  tBreath: { from: [350, 1650, 2550], hiss: 0.18, shape: alveolarBurst, breath: 0.25, yields: 0.6 },
  k: {
    from: [320, 1950, 2500],
    hiss: 0.4,
    shape: velarBurst,
    attackMs: 2,
    releaseMs: 12,
    breath: 0.08,
    yields: 0.5,
  },
} as const satisfies Record<string, Phone>;

export type PhoneName = keyof typeof phones;
