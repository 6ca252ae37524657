import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { pipelines } from '../../../packages/experiments/src/pipelines/registry.ts';
import { cache, folder, sonograd, train, writeDigits } from '../cli/support.ts';

/**
 * Files that are predicted one by one and clips that are evaluated in batches must go the same way from sound to
 * answer, whatever the features.
 */
const everyWay = [
  ['another rate, trimmed', ['features.sampleRate=6000', 'features.trimDb=40']],
  [
    'moments of the training set',
    ['features.normalise={"kind":"mean-variance","over":"corpus","per":"bin"}'],
  ],
  ['the defaults', []],
] as const;

/** One pipeline goes all ways, since that part is shared; the others go as they are. */
const cases = pipelines
  .filter(({ predict, schema }) => predict !== undefined && 'features' in schema.parse({}))
  .flatMap(({ name }) =>
    everyWay.slice(name === 'embed-average' ? 0 : -1).map((way) => [name, ...way] as const),
  );

const readable = (name: string): number => Number(name[0]);

describe('predict agrees with evaluate', () => {
  let digits: string;
  beforeAll(() => {
    digits = writeDigits(folder('digits'));
  });

  test.each(cases)('%s: %s', async (pipeline, label, fields) => {
    const settings = fields.flatMap((field) => ['--set', field]);
    const args = ['--quick', '--epochs', '4', '--data', digits, ...settings];
    const { run, code, notes } = await train(pipeline, folder(`${pipeline} ${label}`), ...args);
    expect(code, notes.join('\n')).toBe(0);

    const files = readdirSync(digits).map((name) => join(digits, name));
    const predicted = await sonograd('predict', run, ...files, '--json');
    const { predictions } = JSON.parse(predicted.out.at(-1)!) as {
      predictions: { file: string; digit: number }[];
    };
    const right = predictions.filter(({ file, digit }) => digit === readable(file.slice(digits.length + 1)));

    const evaluated = await sonograd('evaluate', run, '--data', digits, '--json', ...cache);
    const { metrics } = JSON.parse(evaluated.out.at(-1)!) as { metrics: Record<string, number> };
    expect(metrics.testClips).toBe(files.length);
    expect(metrics.testAccuracy).toBeCloseTo(right.length / files.length, 10);
  });
});
