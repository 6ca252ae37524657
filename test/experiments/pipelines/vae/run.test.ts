import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCheckpoint } from '@sonograd/nn';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodePicture } from '../../../../packages/experiments/src/corpora/pictureFile.ts';
import { reportData } from '../../../../packages/experiments/src/runs/reportData.ts';
import { folder, readJson, train } from '../../cli/support.ts';

describe('vae, quick: it learns, and says how much', () => {
  let run: string;
  let metrics: Record<string, number>;
  beforeAll(async () => {
    run = (await train('vae', folder('vae'), '--quick', '--threads', '2')).run;
    metrics = readJson(run, 'metrics.json') as typeof metrics;
  });

  test('the judge knows real digits', () => {
    expect(metrics.judgeAccuracy).toBeGreaterThan(0.7);
  });

  test('the code remembers more of a clip than the mean picture has of it', () => {
    expect(metrics.testMse).toBeLessThan(0.9 * metrics.meanImageMse!);
  });

  test('more of what is made is heard as it was asked for than chance would have it', () => {
    expect(metrics.generatedAccuracy).toBeGreaterThan(0.15);
  });

  test('curves have the error, the nats and what the judge says beside the loss', () => {
    const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
    const last = JSON.parse(lines.at(-1)!);
    expect(last).toMatchObject({ phase: 'autoencoder', kind: 'validation', epoch: 10 });
    for (const name of ['squaredError', 'kl', 'namedRight']) expect(last[name], name).toBeTypeOf('number');
  });

  test('the report has clips in and out, ten digits to order, a way and a plane', () => {
    const { examples, tables, latent, layers } = reportData.parse(readJson(run, 'report.json'));
    const titles = examples.map(({ title }) => title);
    expect(titles.filter((title) => title.includes('nobody spoke'))).toHaveLength(10);
    expect(titles.at(-2)).toMatch(/^From \d to \d$/);
    const [plane] = examples.at(-1)!.pictures;
    expect([plane!.picture.bins, plane!.picture.frames]).toEqual([7 * 16, 7 * 16]);
    expect(tables[0]!.rows.map(([, count]) => count)).toEqual([40, 40, 250, 250]);
    expect(latent[0]!.code).toHaveLength(16);
    expect(layers.length).toBeGreaterThan(5);
  });

  test('samples are clips in and out, and each digit made to order', () => {
    const names = readdirSync(join(run, 'samples'));
    expect(names.filter((name) => name.endsWith('-output.wav'))).toHaveLength(8);
    for (let digit = 0; digit < 10; digit++) expect(names).toContain(`digit${digit}-seed0-1.wav`);
    const sizeOf = (name: string) => {
      const { bins, frames } = decodePicture(readFileSync(join(run, 'samples', name)), name);
      return [bins, frames];
    };
    expect(sizeOf('plane.png')).toEqual([7 * 32, 7 * 32]);
    expect(sizeOf('digits.png')).toEqual([3 * 32, 10 * 32]);
  });

  test('where codes lie travels with the best weights', () => {
    const { model } = decodeCheckpoint(readFileSync(join(run, 'best.safetensors')));
    expect(model.get('codes.factor')!.shape).toEqual([11, 16, 16]);
    expect(model.get('codes.factor')!.data.some((value) => value > 0)).toBe(true);
  });
});
