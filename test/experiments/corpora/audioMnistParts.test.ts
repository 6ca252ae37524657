import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openAudioMnist } from '../../../packages/experiments/src/corpora/audioMnist.ts';
import { disjointSplit, officialSplit } from '../../../packages/experiments/src/corpora/split.ts';
import { scratchFolder, writeFiles } from '../corporaSupport.ts';

/** All sixty speakers with two takes of each digit; what is in the files is not asked for. */
function everybody(folder: string) {
  const names = Array.from({ length: 1200 }, (_, n) => {
    const speaker = String(1 + Math.floor(n / 20)).padStart(2, '0');
    return `data/${speaker}/${n % 10}_${speaker}_${Math.floor(n / 10) % 2}.wav`;
  });
  return openAudioMnist(writeFiles(folder, Object.fromEntries(names.map((name) => [name, ''])))).items();
}

describe('sixty speakers', () => {
  const items = everybody(join(scratchFolder(), 'audiomnist'));
  const speakersIn = (part: readonly { speaker: string }[]) => new Set(part.map(({ speaker }) => speaker));

  test('the authors’ first fold: 36, 12 and 12 of them, nobody twice', () => {
    const { train, validation, test } = officialSplit(items, { validationShare: 0.1, seed: 0 });
    const [a, b, c] = [speakersIn(train), speakersIn(validation), speakersIn(test)];
    expect([a.size, b.size, c.size]).toEqual([36, 12, 12]);
    expect(new Set([...a, ...b, ...c]).size).toBe(60);
    expect(test).toHaveLength(240);
    expect(c.has('26') && b.has('12') && a.has('28')).toBe(true);
  });

  test('five of them for the test, the other recordings 80 to 20, as many of each digit', () => {
    const { train, validation, test } = disjointSplit(items, {
      testSpeakers: 5,
      validationShare: 0.2,
      seed: 7,
    });
    expect([train.length, validation.length, test.length]).toEqual([880, 220, 100]);
    for (let digit = 0; digit < 10; digit++) {
      expect(validation.filter((item) => item.digit === digit)).toHaveLength(22);
    }
    expect(speakersIn(validation).size).toBeGreaterThan(50);
    for (const speaker of speakersIn(test)) expect(speakersIn(train).has(speaker)).toBe(false);
  });
});
