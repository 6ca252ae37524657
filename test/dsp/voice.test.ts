import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { zeroCrossingRate } from '../../packages/dsp/src/features/zeroCrossings.ts';
import { melSpectrogram } from '../../packages/dsp/src/mel/melSpectrogram.ts';
import { yin } from '../../packages/dsp/src/pitch/yin.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { trimSilence } from '../../packages/dsp/src/silence/silence.ts';
import { Glottis } from '../../packages/dsp/src/voice/glottis.ts';
import { AntiResonator, NoiseBand, Resonator } from '../../packages/dsp/src/voice/resonator.ts';
import { scoreDigit } from '../../packages/dsp/src/voice/score.ts';
import { speakDigit } from '../../packages/dsp/src/voice/speakDigit.ts';
import { inventSpeaker, type Speaker } from '../../packages/dsp/src/voice/speaker.ts';
import { rmsOf, toneDb } from './effectsSupport.ts';

const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const someone = inventSpeaker(1);
const say = (digit: number, change: Partial<Speaker> = {}, take = 0, sampleRate = 16000) =>
  speakDigit(digit, { speaker: { ...someone, ...change }, take, sampleRate });

describe('speakDigit', () => {
  test.each(digits)(
    '%d: a fifth of a second to a second and a half, finite, peaks at 0.2 to 0.8',
    (digit) => {
      for (let seed = 0; seed < 8; seed++) {
        const samples = speakDigit(digit, { speaker: inventSpeaker(seed), take: seed, sampleRate: 8000 });
        expect(samples.length / 8000).toBeGreaterThan(0.2);
        expect(samples.length / 8000).toBeLessThan(1.5);
        const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(peak).toBeGreaterThan(0.19);
        expect(peak).toBeLessThan(0.81);
      }
    },
  );

  test('the same speaker, digit and take: the same samples; anything else: others', () => {
    expect(say(3)).toEqual(say(3));
    const clips = [say(3), say(4), say(3, {}, 1), say(3, { pitchHz: 150 }), say(3, { seed: 2 })];
    expect(new Set(clips.map((clip) => clip.slice(1000, 1020).join())).size).toBe(clips.length);
  });

  test('any rate: the same word, as long', () => {
    const seconds = [4000, 8000, 11025, 16000, 22050, 44100, 48000].map(
      (rate) => say(7, {}, 0, rate).length / rate,
    );
    for (const value of seconds) expect(value).toBeCloseTo(seconds[0], 3);
    const [low, high] = [say(7, {}, 0, 8000), say(7, {}, 0, 48000)];
    for (const hz of [200, 500, 1500]) {
      expect(Math.abs(toneDb(low, hz, 8000) - toneDb(high, hz, 48000))).toBeLessThan(1);
    }
  });

  test('the pitch is the speaker’s, and falls as the speaker’s does', () => {
    for (const pitchHz of [100, 150, 220]) {
      const { hz } = yin(say(1, { pitchHz, pitchFall: 6, jitter: 0.005 }), {
        sampleRate: 16000,
        frameLength: 1024,
        threshold: 0.2,
      });
      const voiced = Array.from(hz.filter((value) => value > 0));
      expect(voiced.length).toBeGreaterThan(4);
      const mean = voiced.reduce((a, b) => a + b) / voiced.length;
      expect(Math.abs(mean / pitchHz - 1)).toBeLessThan(0.2);
      expect(voiced[voiced.length - 1]).toBeLessThan(voiced[1]);
    }
  });

  test('a faster tempo is shorter', () => {
    expect(say(7, { tempo: 2 }).length).toBeLessThan(0.7 * say(7, { tempo: 1 }).length);
  });

  test('sixes begin and end with a hiss, ones have none', () => {
    const rates = (digit: number) => {
      const { samples } = trimSilence(say(digit, { hissLevel: 1, roomDb: -60 }), {
        topDb: 30,
        frameLength: 256,
        hopLength: 64,
      });
      return zeroCrossingRate(samples, { frameLength: 512, hopLength: 128, center: false });
    };
    const six = rates(6);
    expect(six[0]).toBeGreaterThan(0.35);
    expect(six[six.length - 1]).toBeGreaterThan(0.35);
    expect(Math.max(...rates(1))).toBeLessThan(0.25);
  });

  test('the room is as loud as it should be', () => {
    const samples = say(1, { roomDb: -20 });
    // The first 20 ms are before the word.
    const ratio = 20 * Math.log10(rmsOf(samples.subarray(0, 320)) / rmsOf(samples));
    expect(Math.abs(ratio + 20)).toBeLessThan(5);
  });

  test.each([
    [10, {}, 0, 8000, 'speakDigit: digit must be 0 to 9, 10'],
    [1.5, {}, 0, 8000, 'digit must be 0 to 9, 1.5'],
    [1, { pitchHz: Number.NaN }, 0, 8000, 'speakDigit: pitchHz must be a number in [40, 600], pitchHz=NaN'],
    [1, { tempo: 0 }, 0, 8000, 'tempo=0'],
    [1, { accent: { iy: [9, 1] as const } }, 0, 8000, 'accent.iy=9'],
    [1, { seed: 0.5 }, 0, 8000, 'seed must be a safe integer, 0.5'],
    [1, {}, -1, 8000, 'take=-1'],
    [1, {}, 0, 0, 'sampleRate=0'],
  ])('refuses %d by %j, take %d, rate %d', (digit, change, take, sampleRate, message) => {
    expect(() => say(digit, change, take, sampleRate)).toThrow(message);
  });
});

test('the voice has a door of its own, and the package is not heavier for it', async () => {
  const door = await import('@sonograd/dsp/voice');
  expect(Object.keys(door).sort()).toEqual(['inventSpeaker', 'speakDigit']);
  expect(Object.keys(await import('@sonograd/dsp'))).not.toContain('speakDigit');
});

describe('inventSpeaker', () => {
  test('seeded, and every field within what can be spoken', () => {
    expect(inventSpeaker(5)).toEqual(inventSpeaker(5));
    for (let seed = 0; seed < 300; seed++) {
      expect(() =>
        speakDigit(1, { speaker: { ...inventSpeaker(seed), tempo: 4 }, take: 0, sampleRate: 4000 }),
      ).not.toThrow();
    }
  });

  test('men, women and children: pitch and tract go together', () => {
    const crowd = Array.from({ length: 400 }, (_, seed) => inventSpeaker(seed));
    const share = (test: (speaker: Speaker) => boolean) => crowd.filter(test).length / crowd.length;
    expect(Math.abs(share(({ tractScale }) => tractScale < 1.08) - 0.5)).toBeLessThan(0.12);
    expect(share(({ tractScale }) => tractScale > 1.2)).toBeGreaterThan(0.03);
    const meanPitch = (group: Speaker[]) =>
      group.reduce((sum, { pitchHz }) => sum + pitchHz, 0) / group.length;
    expect(meanPitch(crowd.filter(({ tractScale }) => tractScale < 1))).toBeLessThan(135);
    expect(meanPitch(crowd.filter(({ tractScale }) => tractScale > 1.2))).toBeGreaterThan(220);
  });
});

describe('scoreDigit', () => {
  const score = (digit: number, change: Partial<Speaker> = {}) =>
    scoreDigit(digit, { ...someone, ...change }, new RandomStream(3));

  test('one: the second formant rises from a w', () => {
    const [, f2] = score(1).formants;
    expect(Math.min(...f2)).toBeLessThan(900);
    expect(f2[Math.floor(0.7 * f2.length)]).toBeGreaterThan(1150);
  });

  test('three: an American r bends the third formant, a rolled one does not', () => {
    const lowest = (rhoticity: number) => Math.min(...score(3, { rhoticity }).formants[2]);
    expect(lowest(1)).toBeLessThan(1850);
    expect(lowest(0)).toBeGreaterThan(lowest(1) + 250);
  });

  test('six: voice only in the middle, a silence before the k', () => {
    const { voice, hiss, length } = score(6);
    const loud = Array.from({ length }, (_, t) => t).filter((t) => voice[t] > 0.3);
    expect(hiss.subarray(0, loud[0]).some((value) => value > 0.02)).toBe(true);
    const between = Array.from({ length }, (_, t) => t).filter(
      (t) => t > loud[loud.length - 1] && voice[t] < 0.02 && hiss[t] === 0,
    );
    expect(between.length).toBeGreaterThan(15);
  });

  test('nine opens the nose twice', () => {
    const { nasal } = score(9);
    const middle = Math.floor(nasal.length / 2);
    expect(Math.max(...nasal.subarray(0, middle))).toBeGreaterThan(0.8);
    expect(Math.max(...nasal.subarray(middle))).toBeGreaterThan(0.8);
    expect(nasal[middle]).toBeLessThan(0.3);
  });

  test('no line jumps, but for the start of a burst', () => {
    for (const digit of digits) {
      const { formants, voice, breath, nasal } = score(digit);
      for (const line of formants)
        for (let t = 1; t < line.length; t++) expect(Math.abs(line[t] - line[t - 1])).toBeLessThan(60);
      for (const line of [voice, breath, nasal])
        for (let t = 1; t < line.length; t++) expect(Math.abs(line[t] - line[t - 1])).toBeLessThan(0.15);
    }
  });
});

describe('sources and filters', () => {
  const impulse = Float32Array.from({ length: 8000 }, (_, n) => (n === 0 ? 1 : 0));
  const gainDb = (filter: { next(input: number): number }, hz: number) => {
    let re = 0;
    let im = 0;
    impulse
      .map((value) => filter.next(value))
      .forEach((value, n) => {
        re += value * Math.cos((2 * Math.PI * hz * n) / 16000);
        im += value * Math.sin((2 * Math.PI * hz * n) / 16000);
      });
    return 20 * Math.log10(Math.hypot(re, im));
  };
  const resonator = (hz: number, bandwidth: number) => {
    const filter = new Resonator(16000);
    filter.tune(hz, bandwidth);
    return filter;
  };
  const antiResonator = (hz: number, bandwidth: number) => {
    const filter = new AntiResonator(16000);
    filter.tune(hz, bandwidth);
    return filter;
  };

  test('a resonator has its peak at its frequency, 3 dB wide at its bandwidth, and 0 dB at 0 Hz', () => {
    const at = (hz: number) => gainDb(resonator(1000, 100), hz);
    expect(at(0)).toBeCloseTo(0, 4);
    expect(at(1000)).toBeGreaterThan(19);
    expect(at(1000) - at(1050)).toBeCloseTo(3, 0);
    expect(at(1000) - at(950)).toBeCloseTo(3, 0);
  });

  test('an anti-resonator undoes a resonator', () => {
    for (const hz of [100, 270, 900, 5000]) {
      expect(gainDb(resonator(270, 100), hz) + gainDb(antiResonator(270, 100), hz)).toBeCloseTo(0, 3);
    }
  });

  test('beyond half the rate a resonator is a wire', () => {
    expect(gainDb(resonator(8000, 100), 3000)).toBeCloseTo(0, 6);
  });

  test.each([800, 2000, 5000])(
    'a band of noise at %d Hz has the gain asked for, and nothing at 0 Hz',
    (hz) => {
      const band = () => {
        const filter = new NoiseBand(16000);
        filter.tune(hz, 300, 0.5);
        return filter;
      };
      expect(Math.abs(gainDb(band(), hz) - 20 * Math.log10(0.5))).toBeLessThan(1.5);
      expect(gainDb(band(), 0)).toBeLessThan(-80);
    },
  );

  const glottis = (change: object = {}) =>
    new Glottis(
      { sampleRate: 16000, openQuotient: 0.6, tiltDb: 0, jitter: 0, shimmer: 0, ...change },
      new RandomStream(1),
    );
  const voice = (source: Glottis, length = 16000) => Float32Array.from({ length }, () => source.next(125));

  test('the glottis: periodic, without a mean, open as long as it should be', () => {
    const source = glottis();
    const samples = voice(source);
    for (let n = 1000; n < 1128; n++) expect(samples[n]).toBeCloseTo(samples[n + 128], 5);
    const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    let open = 0;
    for (let n = 0; n < 1280; n++) {
      source.next(125);
      if (source.isOpen) open++;
    }
    expect(open / 1280).toBeCloseTo(0.6, 1);
  });

  test('the tilt is lost at 3 kHz', () => {
    const loss = toneDb(voice(glottis()), 3000, 16000) - toneDb(voice(glottis({ tiltDb: 12 })), 3000, 16000);
    expect(loss).toBeCloseTo(12, 1);
  });

  test('jitter and shimmer make periods differ', () => {
    const samples = voice(glottis({ jitter: 0.02, shimmer: 0.1 }));
    const peaks: number[] = [];
    for (let n = 1; n + 1 < samples.length; n++) {
      if (samples[n] < -0.4 && samples[n] < samples[n - 1] && samples[n] <= samples[n + 1]) peaks.push(n);
    }
    const periods = peaks.slice(1).map((peak, i) => peak - peaks[i]);
    expect(Math.max(...periods) - Math.min(...periods)).toBeGreaterThan(4);
  });
});

/** A clip in 20 moments and 24 bands of log-mel, each clip on one scale: what the simplest recogniser looks at. */
function sketch(samples: Float32Array): Float64Array {
  const { samples: word } = trimSilence(samples, { topDb: 30, frameLength: 256, hopLength: 80 });
  const padded = new Float32Array(Math.max(word.length, 512));
  padded.set(word);
  const mel = melSpectrogram(padded, {
    sampleRate: 8000,
    nFft: 256,
    hopLength: 80,
    nMels: 24,
    lowHz: 80,
    preset: 'torchaudio',
    highHz: 3900,
  });
  const loudest = mel.data.reduce((most, value) => Math.max(most, value), 1e-9);
  const out = new Float64Array(24 * 20);
  for (let moment = 0; moment < 20; moment++) {
    const from = Math.floor((moment * mel.frames) / 20);
    const to = Math.max(Math.floor(((moment + 1) * mel.frames) / 20), from + 1);
    for (let band = 0; band < 24; band++) {
      let sum = 0;
      for (let t = from; t < to; t++)
        sum += Math.max(10 * Math.log10(mel.data[band * mel.frames + t] / loudest), -50);
      out[band * 20 + moment] = sum / (to - from);
    }
  }
  const mean = out.reduce((sum, value) => sum + value, 0) / out.length;
  const deviation = Math.sqrt(out.reduce((sum, value) => sum + (value - mean) ** 2, 0) / out.length);
  return out.map((value) => (value - mean) / deviation);
}

interface Heard {
  digit: number;
  sketch: Float64Array;
}

/** The share of clips whose nearest five examples agree with them. */
function recognise(examples: Heard[], clips: Heard[]): number {
  const distance = (a: Float64Array, b: Float64Array) =>
    a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
  const right = clips.filter(({ digit, sketch }) => {
    const nearest = examples
      .map((example) => ({ digit: example.digit, far: distance(example.sketch, sketch) }))
      .sort((a, b) => a.far - b.far)
      .slice(0, 5);
    const votes = digits.map((d) => nearest.filter((example) => example.digit === d).length);
    return votes.indexOf(Math.max(...votes)) === digit;
  });
  return right.length / clips.length;
}

const recordings = new URL('../../../shared/data/fsdd/recordings/', import.meta.url);
const recordingsAvailable = existsSync(fileURLToPath(recordings));

function readRecordings(indices: string[]): Heard[] {
  const names = readdirSync(recordings).filter((name) => indices.includes(name.split(/[_.]/)[2]));
  return names.map((name) => {
    const bytes = readFileSync(new URL(name, recordings));
    const start = bytes.indexOf('data') + 8;
    const samples = new Int16Array(
      Uint8Array.from(bytes.subarray(start, start + 2 * Math.floor((bytes.length - start) / 2))).buffer,
    );
    return { digit: Number(name[0]), sketch: sketch(Float32Array.from(samples, (value) => value / 32768)) };
  });
}

describe('the voice is understood, by the five nearest examples', () => {
  let crowd: Heard[] = [];
  let strangers: Heard[] = [];
  const speakers = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => inventSpeaker(from + i)).flatMap((speaker) =>
      digits.map((digit) => ({
        digit,
        sketch: sketch(speakDigit(digit, { speaker, take: 1, sampleRate: 8000 })),
      })),
    );

  beforeAll(() => {
    crowd = speakers(1000, 1040);
    strangers = speakers(2000, 2012);
  });

  test('strangers are understood from a crowd: nine in ten', () => {
    expect(recognise(crowd, strangers)).toBeGreaterThan(0.9);
  });

  test.skipIf(!recordingsAvailable)('real digits are understood from the crowd, far above one in ten', () => {
    expect(recognise(crowd, readRecordings(['0', '1', '2']))).toBeGreaterThan(0.4);
  });

  test.skipIf(!recordingsAvailable)('the crowd is understood from real digits', () => {
    expect(recognise(readRecordings(['5', '6', '7', '8', '9', '10', '11']), strangers)).toBeGreaterThan(0.5);
  });
});
