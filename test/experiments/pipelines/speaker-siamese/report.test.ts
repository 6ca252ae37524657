import { describe, expect, test } from 'vitest';
import { featureConfig } from '../../../../packages/experiments/src/features/config.ts';
import { memoryRows } from '../../../../packages/experiments/src/features/rows.ts';
import { type FeatureItem, FeatureStore } from '../../../../packages/experiments/src/features/store.ts';
import { reportVerification } from '../../../../packages/experiments/src/pipelines/speaker-siamese/report.ts';
import { reportData } from '../../../../packages/experiments/src/runs/reportData.ts';

const config = featureConfig.parse({ spectrum: { kind: 'magnitude' }, size: { fit: 'pad', frames: 2 } });

/** Clips of [1, 2] numbers by speakers with one letter each. */
function storeOf(speakers: string): FeatureStore {
  const items = [...speakers].map(
    (speaker, take): FeatureItem => ({
      ...{ id: `${take}_${speaker}`, digit: take % 10, speaker, take, facts: {}, part: undefined },
      source: { kind: 'wav', path: '' },
      ...{ bins: 1, frames: 2, start: 0, validFrames: 2 },
    }),
  );
  const data = Float32Array.from({ length: 2 * items.length }, (_, index) => index);
  return new FeatureStore({ config, items, skipped: [], rows: memoryRows(data) });
}

/** Points on a circle, by their angles in degrees. */
const circle = (...degrees: number[]) =>
  degrees.map((angle) =>
    Float32Array.of(Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)),
  );

const cosine = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
const corpus = { name: 'none', licence: '', home: '', train: 0, validation: 0, test: 0, speakers: 0 };

function report(
  speakers: string,
  angles: number[][],
  { clips = [...speakers].map((_, place) => place), train = [] as number[] } = {},
) {
  const { metrics, report } = reportVerification({
    ...{ store: storeOf(speakers), clips: Int32Array.from(clips), train: Int32Array.from(train) },
    judges: angles.map((own) => circle(...own)),
    thresholds: [cosine(45), cosine(45), cosine(45)],
  });
  return { metrics, report: reportData.parse({ ...report, corpus }) };
}

describe('two voices, three judges: one right, one half right, one worse', () => {
  const right = [0, 10, 90, 100];
  const half = [0, 10, 90, 20];
  const wrong = [0, 90, 0, 90];
  const { metrics, report: page } = report('aabb', [right, half, wrong], { train: [0, 2] });

  test('figures by hand', () => {
    expect(metrics).toMatchObject({ testClips: 4, testSpeakers: 2 });
    expect([metrics.testEer, metrics.testAuc, metrics.testPairAccuracy]).toEqual([0, 1, 1]);
    // Two of four come first, then all others at once: on the line between, two thirds.
    expect(metrics.silenceEer).toBeCloseTo(2 / 3, 12);
    // Two pairs of one: 10° and 70°; four of two: 90°, 20°, 80°, 10°. By 45° one of two, and two of four.
    expect(metrics.ldaPairAccuracy).toBeCloseTo(0.5, 12);
    expect(metrics.ldaEer).toBeCloseTo(0.5, 12);
  });

  test('judges side by side, the network first', () => {
    const [comparison, roc] = page.tables;
    expect(comparison!.rows.map(([name, rate]) => [name, rate])).toEqual([
      ['the network', 0],
      ['LDA on mean spectra', metrics.ldaEer],
      ['LDA on silence', metrics.silenceEer],
    ]);
    expect(roc!.rows.every(([, network, , silence]) => network === 0 && silence === 1)).toBe(true);
    expect(roc!.head).toHaveLength(4);
  });

  test('who sounds like whom: the mean over pairs, the same from both sides', () => {
    const { head, rows } = page.tables[2]!;
    expect(head).toEqual(['', 'a', 'b']);
    const across = (cosine(90) + cosine(100) + cosine(80) + cosine(90)) / 4;
    expect(rows[0]!.slice(1)).toEqual([expect.closeTo(cosine(10), 3), expect.closeTo(across, 3)]);
    expect(rows[1]![1]).toBe(rows[0]![2]);
  });

  test('the hardest pairs first: one voice that sounds like two, two that sound like one', () => {
    const captions = page.examples.map(({ title, caption }) => `${title}: ${caption}`);
    expect(captions[2]).toMatch(/^a and b: cosine 0\.174, most alike of two$/);
    expect(captions.slice(0, 2).every((line) => /twice: cosine 0\.985, least alike of one$/.test(line))).toBe(
      true,
    );
    expect(page.examples[2]!.pictures.map(({ title }) => title)).toEqual(['1_a', '2_b']);
    expect(page.examples[2]!.pictures[1]!.picture).toEqual({ bins: 1, frames: 2, data: [4, 5] });
  });

  test('every speaker with the pairs that concern them', () => {
    expect(page.perSpeaker).toEqual([
      { name: 'a', count: 2, accuracy: 1 },
      { name: 'b', count: 2, accuracy: 1 },
    ]);
  });

  test('the map has the network’s points, by their clips', () => {
    expect(page.latent.map(({ id, speaker, digit }) => [id, speaker, digit])).toEqual([
      ['0_a', 'a', 0],
      ['1_a', 'a', 1],
      ['2_b', 'b', 2],
      ['3_b', 'b', 3],
    ]);
    expect(page.latent[2]!.code[1]).toBeCloseTo(1, 4);
  });
});

describe('what the figures mean', () => {
  const angles = [0, 10, 90, 100];
  const summaryOf = (train: number[]) =>
    report('aabbccdd', [angles, angles, angles], { clips: [0, 1, 2, 3], train }).report.summary;

  test('voices that training heard: the channel', () => {
    expect(summaryOf([0, 2, 4])).toMatch(
      /2 speakers, 2 of them heard in training, out of 3\. Each speaker of a small/,
    );
  });

  test('one of them heard is heard', () => {
    expect(summaryOf([0, 4])).toMatch(/2 speakers, 1 of them heard in training, out of 2\. Each speaker/);
  });

  test('voices that training never heard', () => {
    expect(summaryOf([4, 6])).toMatch(
      /2 speakers, 0 of them heard in training, out of 2\. None of these voices/,
    );
  });

  test('voices from elsewhere', () => {
    expect(summaryOf([])).toMatch(/^Clips of 2 speakers from elsewhere\. By the quietest tenth/);
  });
});

test('a crowd has a table of its first twelve', () => {
  const crowd = 'abcdefghijklmnop';
  const angles = [...`${crowd}${crowd}`].map((_, index) => 20 * (index % 16) + Math.floor(index / 16));
  const { report: page } = report(crowd + crowd, [angles, angles, angles]);
  expect(page.tables[2]!.rows).toHaveLength(12);
  expect(page.perSpeaker).toHaveLength(16);
});

test('a voice that spoke once has no likeness with itself', () => {
  const { report: page } = report('aab', [
    [0, 5, 90],
    [0, 5, 90],
    [0, 5, 90],
  ]);
  expect(page.tables[2]!.rows[1]).toEqual(['b', expect.any(Number), '–']);
});
