import { describe, expect, test } from 'vitest';
import { type FeatureSettings, featureConfig } from '../../../../packages/experiments/src/features/config.ts';
import { soundOf, usualMoments } from '../../../../packages/experiments/src/pipelines/shared/sound.ts';

const parse = (settings: FeatureSettings) => featureConfig.parse(settings);
const loudest = { kind: 'log-mel', ref: 'max', topDb: 60 } as const;
const minMax = { kind: 'min-max', over: 'utterance', per: 'all' } as const;

describe('usualMoments', () => {
  test('decibels below the loudest reach from -topDb to 0', () => {
    const moments = usualMoments(parse({ spectrum: loudest, normalise: minMax }), undefined);
    expect(moments).toEqual({ per: 'all', offset: [-60], scale: [60] });
  });

  test('those of the corpus come first, and none are needed where nothing was normalised', () => {
    const ofCorpus = { per: 'all', offset: [1], scale: [2] } as const;
    expect(usualMoments(parse({ normalise: { over: 'corpus' } }), ofCorpus)).toBe(ofCorpus);
    expect(usualMoments(parse({ normalise: { kind: 'none' } }), ofCorpus)).toBeUndefined();
  });

  test.each([
    [{ spectrum: loudest, normalise: { kind: 'mean-variance' } }, 'mean-variance over utterance'],
    [{ spectrum: { kind: 'log-mel' }, normalise: minMax }, 'min-max over utterance'],
    [{ spectrum: { ...loudest, topDb: null }, normalise: minMax }, 'min-max over utterance'],
  ] as const)('%j knows no loudness, and says what to do', (settings, end) => {
    expect(() => usualMoments(parse(settings), undefined)).toThrow(
      new RegExp(`^generate: made pictures have no loudness of their own; .*, ${end}$`),
    );
  });
});

describe('soundOf', () => {
  const config = parse({ spectrum: { ...loudest, nMels: 16 }, normalise: minMax });
  const moments = usualMoments(config, undefined);
  const picture = (value: (bin: number) => number) => ({
    ...{ bins: 16, frames: 12, start: 0, validFrames: 12 },
    data: Float32Array.from({ length: 16 * 12 }, (_, n) => value(Math.floor(n / 12))),
  });

  test('a bright low band is a low tone at nine tenths of full scale; the picture stays as it was', () => {
    const low = picture((bin) => (bin === 2 ? 1 : 0));
    const before = low.data.slice();
    const samples = soundOf(low, config, moments);
    expect(low.data).toEqual(before);
    expect(Math.max(...samples.map(Math.abs))).toBeCloseTo(0.9, 5);
    const high = soundOf(
      picture((bin) => (bin === 13 ? 1 : 0)),
      config,
      moments,
    );
    const crossings = (sound: Float32Array) =>
      sound.filter((value, n) => n > 0 && value * sound[n - 1]! < 0).length;
    expect(crossings(high)).toBeGreaterThan(4 * crossings(samples));
  });

  test.each([
    [{ spectrum: { kind: 'log-mel', log: 'ln' } }],
    [{ spectrum: { kind: 'magnitude' } }],
    [{ size: { fit: 'resize', bins: 16, frames: 12 } }],
  ] as const)('%j has no way back', (settings) => {
    expect(() =>
      soundOf(
        picture(() => 0),
        parse(settings),
        undefined,
      ),
    ).toThrow('listen: the way back to sound needs features of kind log-mel in dB, not resized');
  });
});
