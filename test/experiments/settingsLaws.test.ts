import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../packages/experiments/src/inputError.ts';
import {
  defaults as averageDefaults,
  quick as averageQuick,
  schema as averageSchema,
} from '../../packages/experiments/src/pipelines/embed-average/config.ts';
import { configure } from '../../packages/experiments/src/pipelines/perform.ts';
import { pipelines } from '../../packages/experiments/src/pipelines/registry.ts';
import {
  mergeSettings,
  parseConfig,
  parseSetting,
  type Settings,
} from '../../packages/experiments/src/settings/settings.ts';

/** None of these fields chooses among kinds, so that merging goes field by field throughout. */
const field = fc.constantFrom('a', 'b', 'c', 'd');
const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.nat(9), { maxLength: 3 }));
const { settings } = fc.letrec<{ settings: Settings; value: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, tie('settings')),
  settings: fc.dictionary(field, tie('value'), { maxKeys: 3, noNullPrototype: true }),
}));

describe('mergeSettings', () => {
  test('empty settings change nothing, on either side', () => {
    fc.assert(
      fc.property(settings, (some) => {
        expect(mergeSettings(some, {})).toEqual(some);
        expect(mergeSettings({}, some)).toEqual(some);
        expect(mergeSettings(some, some)).toEqual(some);
      }),
    );
  });

  test('all at once is one after the other', () => {
    fc.assert(
      fc.property(settings, settings, settings, (a, b, c) => {
        expect(mergeSettings(a, b, c)).toEqual(mergeSettings(mergeSettings(a, b), c));
      }),
    );
  });

  test('what is said last is there', () => {
    const within = (part: unknown, whole: unknown): boolean =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.entries(part).every(([name, value]) => within(value, (whole as Settings)[name]))
        : part === whole;
    fc.assert(
      fc.property(settings, settings, (first, last) => {
        expect(within(last, mergeSettings(first, last))).toBe(true);
      }),
    );
  });

  test.each(['name', 'kind', 'fit'])('another %s starts afresh, the same goes on', (chooser) => {
    const before = { part: { [chooser]: 'old', depth: 3 } };
    expect(mergeSettings(before, { part: { [chooser]: 'new' } })).toEqual({ part: { [chooser]: 'new' } });
    expect(mergeSettings(before, { part: { [chooser]: 'old', width: 1 } })).toEqual({
      part: { [chooser]: 'old', depth: 3, width: 1 },
    });
    expect(mergeSettings({ part: { depth: 3 } }, { part: { [chooser]: 'new' } })).toEqual({
      part: { depth: 3, [chooser]: 'new' },
    });
  });
});

describe('parseSetting', () => {
  test('any value that JSON can write comes through, at any depth', () => {
    const path = fc.array(field, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(path, fc.jsonValue({ maxDepth: 2 }), (names, value) => {
        const plain = JSON.parse(JSON.stringify(value));
        let found: unknown = parseSetting(`${names.join('.')}=${JSON.stringify(value)}`);
        for (const name of names) {
          expect(Object.keys(found as Settings)).toEqual([name]);
          found = (found as Settings)[name];
        }
        expect(found).toEqual(plain);
      }),
    );
  });

  test('several of them are one config', () => {
    const given = ['training.epochs=3', 'training.rate=0.01', 'corpus.speakers=4', 'training.epochs=5'];
    expect(mergeSettings(...given.map(parseSetting))).toEqual({
      training: { epochs: 5, rate: 0.01 },
      corpus: { speakers: 4 },
    });
  });
});

describe.each(pipelines.map((pipeline) => [pipeline.name, pipeline] as const))(
  'config of %s',
  (_, pipeline) => {
    const whole = (...more: Settings[]): Settings => ({ ...configure(pipeline, more) });

    test.each(['defaults', 'quick'] as const)('%s are whole, and plain data', (which) => {
      const config = which === 'quick' ? whole(pipeline.quick) : whole();
      const again = JSON.parse(JSON.stringify(config)) as Settings;
      expect(again).toEqual(config);
      expect(parseConfig(pipeline.schema, again)).toEqual(config);
      expect(mergeSettings(config, again)).toEqual(config);
    });

    test.each([
      ['seed=-1', /^config: seed: .*, got -1$/],
      ['seed=0.5', /^config: seed: .*, got 0\.5$/],
      ['corpus.name=timit', /^config: corpus\.name: .*, got "timit"$/],
      ['fetures.sampleRate=8000', /^config: there is no field fetures$/],
    ])('%s is refused in one line', (setting, message) => {
      expect(() => whole(parseSetting(setting))).toThrow(InputError);
      expect(() => whole(parseSetting(setting))).toThrow(message);
    });
  },
);

describe('the parts that all pipelines on speech share', () => {
  const whole = (...more: Settings[]): Settings => ({
    ...parseConfig(averageSchema, mergeSettings(averageDefaults, ...more)),
  });

  test('another corpus brings its own fields alone', () => {
    const { corpus } = whole(averageQuick, { corpus: { name: 'fsdd' } });
    expect(corpus).toEqual({ name: 'fsdd', folder: 'data/fsdd' });
  });

  test.each([
    ['damaged=ignore', /^config: damaged: .*"stop"\|"skip".*, got "ignore"$/],
    ['corpus={"name":"synth","speekers":3}', /^config: there is no field corpus\.speekers$/],
    ['split={"kind":"disjoint","validationShare":1}', /^config: split\.validationShare: .*, got 1$/],
    [
      'features.spectrum.winLength=1024',
      /^config: features\.spectrum\.winLength: winLength exceeds nFft, 1024 > 512/,
    ],
    [
      'features.spectrum.lowHz=4000',
      /^config: features\.spectrum\.lowHz: lowHz reaches highHz, 4000 >= 4000/,
    ],
    ['features.normalise.per=cell', /^config: features\.normalise\.per: 'cell' needs over 'corpus'/],
  ])('%s is refused in one line', (setting, message) => {
    expect(() => whole(parseSetting(setting))).toThrow(InputError);
    expect(() => whole(parseSetting(setting))).toThrow(message);
  });
});

test('limits of training are told one by one, in one line', () => {
  const training = { epochs: 0, batchSize: 65_537, rate: 0 };
  const refused = () => parseConfig(averageSchema, { training });
  expect(refused).toThrow(
    /^config: training\.epochs: [^;]*; training\.batchSize: [^;]*; training\.rate: [^;]*, got 0$/,
  );
});
