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
  ah: { from: [640, 1190, 2390], voice: 1 },
  schwa: { from: [480, 1450, 2450], voice: 0.75 },
  ao: { from: [570, 860, 2410], voice: 1 },
  uw: { from: [330, 1450, 2250], to: [310, 950, 2230], voice: 0.9 },
  ow: { from: [520, 1050, 2400], to: [360, 820, 2300], voice: 1 },
  ay: { from: [730, 1180, 2450], to: [400, 1980, 2560], voice: 1 },
  ey: { from: [500, 1850, 2520], to: [330, 2200, 2750], voice: 1 },

  w: { from: [290, 640, 2150], bandwidths: [60, 90, 80], voice: 0.6 },
  r: { from: [330, 1080, 1480], bandwidths: [70, 100, 120], voice: 0.7, yields: 0.15 },
  n: { from: [350, 1400, 2500], bandwidths: [60, 250, 250], voice: 0.55, nasal: 1, yields: 0.2 },

  v: {
    from: [260, 1150, 2150],
    bandwidths: [80, 120, 150],
    voice: 0.32,
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
  tBreath: { from: [350, 1650, 2550], hiss: 0.08, shape: alveolarBurst, breath: 0.25, yields: 0.6 },
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

/** One sound for a time. */
export interface Segment {
  phone: PhoneName;
  /** At a middle tempo. */
  milliseconds: number;
}

const word = (...sounds: [PhoneName, number][]): Segment[] =>
  sounds.map(([phone, milliseconds]) => ({ phone, milliseconds }));

/** The ten digits, as they are read from a list. */
export const digitWords: readonly Segment[][] = [
  word(['z', 95], ['ih', 85], ['r', 70], ['ow', 210]),
  word(['w', 85], ['ah', 150], ['n', 130]),
  word(['closure', 15], ['t', 14], ['tBreath', 55], ['uw', 230]),
  word(['th', 95], ['r', 75], ['iy', 230]),
  word(['f', 110], ['ao', 170], ['r', 120]),
  word(['f', 110], ['ay', 240], ['v', 95]),
  word(['s', 125], ['ih', 95], ['velarClosure', 60], ['k', 18], ['s', 160]),
  word(['s', 115], ['eh', 100], ['v', 60], ['schwa', 65], ['n', 115]),
  word(['ey', 190], ['closure', 70], ['t', 16], ['tBreath', 50]),
  word(['n', 95], ['ay', 220], ['n', 130]),
];
