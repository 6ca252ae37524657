import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../packages/experiments/src/inputError.ts';
import { type MetricLine, RunFolder } from '../../packages/experiments/src/runs/runFolder.ts';
import { scratchFolder } from './corporaSupport.ts';

const scratch = scratchFolder();
const record = {
  pipeline: 'embed-concat',
  config: { seed: 4 },
  started: '2026-01-02T03:04:05.678Z',
  version: '1',
};

let count = 0;
let root: string;
beforeEach(() => {
  root = join(scratch, `r${count++}`);
});

describe('names of runs', () => {
  test('a name that a file has taken is passed over like that of a run', () => {
    mkdirSync(root);
    writeFileSync(join(root, '20260102-030405-embed-concat'), '');
    mkdirSync(join(root, '20260102-030405-embed-concat-2'));
    expect(RunFolder.create(root, record).name).toBe('20260102-030405-embed-concat-3');
  });

  test('a gap among the numbers is filled', () => {
    mkdirSync(join(root, '20260102-030405-embed-concat'), { recursive: true });
    mkdirSync(join(root, '20260102-030405-embed-concat-3'));
    const names = [1, 2].map(() => RunFolder.create(root, record).name);
    expect(names).toEqual(['20260102-030405-embed-concat-2', '20260102-030405-embed-concat-4']);
  });

  test('sorted by name they are sorted by time', () => {
    const times = ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z', '2026-10-02T00:00:00.000Z'];
    const names = times.toReversed().map((started) => RunFolder.create(root, { ...record, started }).name);
    expect(readdirSync(root).sort()).toEqual(names.toReversed());
  });

  test('no sign in them that a file system might refuse', () => {
    expect(RunFolder.create(root, record).name).toMatch(/^[a-z0-9-]+$/);
  });
});

describe('files of a run', () => {
  test('any config comes back as it was, pretty and with an end of line', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        const run = RunFolder.create(root, { ...record, config: plain });
        expect(RunFolder.open(run.path).record().config).toEqual(plain);
        expect(new TextDecoder().decode(run.readBytes('config.json')).endsWith('}\n')).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['cut off', '{"a": 1,'],
    ['empty', ''],
    ['two of them', '{}{}'],
    ['of several lines', '{\n"a": 1\n"b": 2\n}'],
    ['no JSON at all', '\u0000\u0001'],
  ])('JSON that is damaged, %s: one line, and the file is named', (_, text) => {
    const run = RunFolder.create(root, record);
    const path = run.write('metrics.json', text);
    expect(() => run.readJson('metrics.json')).toThrow(InputError);
    expect(() => run.readJson('metrics.json')).toThrow(/^run: not JSON, .*metrics\.json$/);
    expect(() => run.readJson('metrics.json')).not.toThrow(/\n/);
    expect(path).toBe(run.file('metrics.json'));
  });

  test.each([
    ['reading what is missing', (run: RunFolder) => run.readJson('none.json'), 'it does not exist'],
    ['bytes that are missing', (run: RunFolder) => run.readBytes('none.bin'), 'it does not exist'],
    ['reading a folder', (run: RunFolder) => run.readJson('samples'), 'it is a folder, not a file'],
    ['below a file', (run: RunFolder) => run.readJson('config.json/x'), 'a part of the path is a file'],
  ])('%s: one line of advice', (_, act, advice) => {
    const run = RunFolder.create(root, record);
    expect(() => act(run)).toThrow(InputError);
    expect(() => act(run)).toThrow(`run: ${advice}`);
    expect(() => act(run)).toThrow(run.path);
  });
});

describe('lines of metrics', () => {
  const line: fc.Arbitrary<MetricLine> = fc.record({
    phase: fc.constantFrom('autoencoder', 'classifier'),
    step: fc.nat(99),
    loss: fc.oneof(fc.constant(null), fc.float({ noNaN: true, noDefaultInfinity: true })),
    note: fc.string({ unit: fc.constantFrom('a', '\n', '"', '\u2028', '\\') }),
  });
  const plain = (lines: readonly MetricLine[]) => JSON.parse(JSON.stringify(lines)) as MetricLine[];

  test('come back in order, whatever half a line lies behind them', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), line, fc.nat(200), (lines, last, cut) => {
        const run = RunFolder.create(root, record);
        for (const each of lines) run.appendMetrics(each);
        // Up to the whole line, but never its end.
        appendFileSync(run.file('metrics.jsonl'), JSON.stringify(last).slice(0, cut));
        expect(run.metrics()).toEqual(plain(lines));
      }),
      { numRuns: 25 },
    );
  });

  test('of one phase are replaced, those of the other stay in front of them', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.array(line, { maxLength: 3 }), (before, after) => {
        const run = RunFolder.create(root, record);
        for (const each of before) run.appendMetrics(each);
        const fresh = after.map((each) => ({ ...each, phase: 'classifier' }));
        run.replaceMetrics('classifier', fresh);
        const others = before.filter(({ phase }) => phase !== 'classifier');
        expect(run.metrics()).toEqual(plain([...others, ...fresh]));
        run.replaceMetrics('classifier', fresh);
        expect(run.metrics()).toEqual(plain([...others, ...fresh]));
      }),
      { numRuns: 25 },
    );
  });

  test('replacing clears away half a line, so that the next one is whole', () => {
    const run = RunFolder.create(root, record);
    run.appendMetrics({ phase: 'a', step: 1 });
    appendFileSync(run.file('metrics.jsonl'), '{"phase":"a","st');
    run.replaceMetrics('a', run.metrics());
    run.appendMetrics({ phase: 'a', step: 2 });
    expect(run.metrics().map(({ step }) => step)).toEqual([1, 2]);
  });
});
