import { inventSpeaker, speakDigit } from '@sonograd/dsp/voice';
import { describe, expect, test } from 'vitest';
import { digestOf, readAudio } from '../../../packages/experiments/src/corpora/source.ts';
import { openSynth } from '../../../packages/experiments/src/corpora/synth.ts';

const small = { speakers: 6, takes: 2, sampleRate: 8000, seed: 0 };

describe('synth', () => {
  test('every digit by every speaker as often as asked, each under its own name', () => {
    const items = openSynth(small).items();
    expect(items).toHaveLength(120);
    expect(new Set(items.map(({ id }) => id)).size).toBe(120);
    for (let digit = 0; digit < 10; digit++) {
      expect(items.filter((item) => item.digit === digit)).toHaveLength(12);
    }
    expect(items.map(({ digit }) => digit)).toEqual([...items.map(({ digit }) => digit)].sort());
  });

  test('the last fifth of the speakers is the test, one at the least', () => {
    const testers = (speakers: number) =>
      new Set(
        openSynth({ ...small, speakers })
          .items()
          .filter(({ part }) => part === 'test')
          .map(({ speaker }) => speaker),
      );
    expect([...testers(2)]).toEqual(['voice001']);
    expect([...testers(12)]).toEqual(['voice010', 'voice011']);
    expect(testers(60).size).toBe(12);
  });

  test('what is read is what the voice says', () => {
    const item = openSynth(small).items()[17]!;
    const { samples, sampleRate } = readAudio(item.source);
    expect(sampleRate).toBe(8000);
    const index = Number(item.speaker.slice(-3));
    const { digit, take } = item;
    expect(samples).toEqual(speakDigit(digit, { speaker: inventSpeaker(index), take, sampleRate: 8000 }));
  });

  test('the same again, other people by another seed, nobody twice', () => {
    expect(openSynth(small).items()).toEqual(openSynth(small).items());
    expect(openSynth(small).checksum()).toBe(openSynth(small).checksum());
    expect(openSynth({ ...small, seed: 1 }).checksum()).not.toBe(openSynth(small).checksum());
    const seeds = [0, 1, 2].flatMap((seed) =>
      openSynth({ ...small, takes: 1, seed })
        .items()
        .filter(({ digit }) => digit === 0)
        .map(({ source }) => (source.kind === 'voice' ? source.speakerSeed : -1)),
    );
    expect(new Set(seeds).size).toBe(18);
  });

  test('facts agree with the voice', () => {
    const facts = openSynth({ ...small, speakers: 60 })
      .items()
      .map(({ facts }) => facts);
    const pitches = (gender: string) =>
      facts.filter((fact) => fact.gender === gender).map(({ pitchHz = 0 }) => pitchHz);
    expect(new Set(facts.map(({ gender }) => gender))).toEqual(new Set(['male', 'female', 'child']));
    expect(Math.max(...pitches('male'))).toBeLessThan(Math.max(...pitches('female')));
    expect(Math.min(...pitches('child'))).toBeGreaterThan(150);
  });

  test('listing 10,000 clips speaks none of them', () => {
    const begin = performance.now();
    expect(openSynth({ ...small, speakers: 100, takes: 10 }).items()).toHaveLength(10_000);
    const listing = performance.now() - begin;
    const before = performance.now();
    for (const item of openSynth(small).items().slice(0, 20)) readAudio(item.source);
    // A clip takes milliseconds; ten thousand would take as long as 500 times these twenty.
    expect(listing).toBeLessThan(50 * (performance.now() - before));
  });
});

describe('digestOf', () => {
  test('differs with every part of an order to the voice', () => {
    const source = { kind: 'voice', speakerSeed: 1, digit: 2, take: 3, sampleRate: 8000 } as const;
    const digests = [
      source,
      { ...source, speakerSeed: 2 },
      { ...source, digit: 3 },
      { ...source, take: 4 },
      { ...source, sampleRate: 16000 },
    ].map(digestOf);
    expect(new Set(digests).size).toBe(digests.length);
    expect(digestOf(source)).toBe(digests[0]);
  });

  test('a file that cannot be read has no content to be known by', () => {
    expect(digestOf({ kind: 'wav', path: 'gone.wav' })).toContain('ENOENT');
  });
});
