import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { InputError } from '../../packages/experiments/src/inputError.ts';
import {
  mergeSettings,
  parseConfig,
  parseSetting,
  readSettings,
} from '../../packages/experiments/src/settings/settings.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sonograd-settings-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('parseSetting', () => {
  test.each([
    ['seed=7', { seed: 7 }],
    ['training.rate=1e-3', { training: { rate: 0.001 } }],
    ['corpus.name=fsdd', { corpus: { name: 'fsdd' } }],
    ['corpus.folder=a=b', { corpus: { folder: 'a=b' } }],
    ['features.noise=null', { features: { noise: null } }],
    ['model.standardise=false', { model: { standardise: false } }],
    ['split.testSpeakers=["theo","lucas"]', { split: { testSpeakers: ['theo', 'lucas'] } }],
    ['a.b.c=', { a: { b: { c: '' } } }],
    ['name=two words', { name: 'two words' }],
  ])('%s', (text, settings) => {
    expect(parseSetting(text)).toEqual(settings);
  });

  test.each(['seed', '=7', 'a b=3', ''])('refuses %j', (text) => {
    expect(() => parseSetting(text)).toThrow(InputError);
    expect(() => parseSetting(text)).toThrow(
      `--set: write path=value, such as training.epochs=5, got ${text}`,
    );
  });
});

describe('readSettings', () => {
  const write = (name: string, text: string) => {
    writeFileSync(join(scratch, name), text);
    return join(scratch, name);
  };

  test('the fields of a file', () => {
    expect(readSettings(write('good.json', '{"seed": 3, "training": {"epochs": 2}}'))).toEqual({
      seed: 3,
      training: { epochs: 2 },
    });
  });

  test.each([
    ['half.json', '{"seed": 3', /^--config: not JSON, .*half\.json$/],
    ['list.json', '[1, 2]', /^--config: the file must hold one object, .*list\.json$/],
    ['null.json', 'null', /^--config: the file must hold one object/],
  ])('%s is refused', (name, text, message) => {
    const path = write(name, text);
    expect(() => readSettings(path)).toThrow(InputError);
    expect(() => readSettings(path)).toThrow(message);
  });

  test('a file that is not there', () => {
    expect(() => readSettings(join(scratch, 'none.json'))).toThrow(
      /^--config: it does not exist, .*none\.json$/,
    );
  });
});

describe('mergeSettings', () => {
  test('later fields win, others stay', () => {
    const merged = mergeSettings(
      { seed: 1, training: { rate: 1, epochs: 2 } },
      { training: { epochs: 5 } },
      { training: { batchSize: 8 } },
    );
    expect(merged).toEqual({ seed: 1, training: { rate: 1, epochs: 5, batchSize: 8 } });
  });

  test('lists are replaced whole, and so is what another kind makes meaningless', () => {
    expect(mergeSettings({ list: [1, 2, 3] }, { list: [4] })).toEqual({ list: [4] });
    const corpus = { corpus: { name: 'synth', speakers: 4 } };
    expect(mergeSettings(corpus, { corpus: { name: 'fsdd' } })).toEqual({ corpus: { name: 'fsdd' } });
    expect(mergeSettings(corpus, { corpus: { name: 'synth', takes: 2 } })).toEqual({
      corpus: { name: 'synth', speakers: 4, takes: 2 },
    });
    expect(mergeSettings(corpus, { corpus: { speakers: 9 } })).toEqual({
      corpus: { name: 'synth', speakers: 9 },
    });
  });

  test('null wins over fields, and fields over null', () => {
    expect(mergeSettings({ noise: { snrDb: 3 } }, { noise: null })).toEqual({ noise: null });
    expect(mergeSettings({ noise: null }, { noise: { snrDb: 3 } })).toEqual({ noise: { snrDb: 3 } });
  });

  test('leaves what it was given as it was', () => {
    const first = { training: { epochs: 2 } };
    mergeSettings(first, { training: { epochs: 5 } });
    expect(first).toEqual({ training: { epochs: 2 } });
  });
});

describe('parseConfig', () => {
  const schema = z.strictObject({
    seed: z.int().min(0).default(0),
    training: z
      .strictObject({ epochs: z.int().min(1).default(20), rate: z.number().positive().default(1e-3) })
      .prefault({}),
    size: z
      .discriminatedUnion('fit', [
        z.strictObject({ fit: z.literal('keep') }),
        z.strictObject({ fit: z.literal('pad'), frames: z.int() }),
      ])
      .prefault({ fit: 'keep' }),
  });

  test('fills in defaults', () => {
    expect(parseConfig(schema, {})).toEqual({
      seed: 0,
      training: { epochs: 20, rate: 1e-3 },
      size: { fit: 'keep' },
    });
  });

  test.each([
    [{ sede: 3 }, 'config: there is no field sede'],
    [{ training: { epoch: 3 } }, 'config: there is no field training.epoch'],
    [{ training: { epochs: 0 } }, /^config: training\.epochs: .*>=1.*, got 0$/],
    [{ training: { rate: 'fast' } }, /^config: training\.rate: .*number.*, got "fast"$/],
    [{ size: { fit: 'stretch' } }, /^config: size\.fit: .*, got "stretch"$/],
    [{ size: { fit: 'pad' } }, /^config: size\.frames: /],
    [{ seed: -1, training: { epochs: 1.5 } }, /^config: seed: .*, got -1; training\.epochs: .*, got 1\.5$/],
  ])('%j', (settings, message) => {
    expect(() => parseConfig(schema, settings)).toThrow(InputError);
    expect(() => parseConfig(schema, settings)).toThrow(message);
  });
});
