import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtInSweeps, openSweep } from '../../../packages/experiments/src/sweeps/builtIn/registry.ts';
import {
  cellsOf,
  nest,
  type SweepSettings,
  sweepDeclaration,
} from '../../../packages/experiments/src/sweeps/declaration.ts';
import { folder } from '../cli/support.ts';

const cells = (settings: SweepSettings) => cellsOf(sweepDeclaration.parse(settings));

describe('nest', () => {
  test('paths become fields of fields; neighbours meet', () => {
    expect(nest({ 'a.b.c': 1, 'a.d': 2, e: 3 })).toEqual({ a: { b: { c: 1 }, d: 2 }, e: 3 });
  });

  test('what is nested already stays, and paths reach into it', () => {
    expect(nest({ a: { b: 1 }, 'a.c': [1, 2] })).toEqual({ a: { b: 1, c: [1, 2] } });
  });

  test('nothing is nothing', () => {
    expect(nest({})).toEqual({});
  });
});

describe('cells', () => {
  test('a grid has every value with every other, the last factor fastest', () => {
    const grid = cells({ pipeline: 'p', factors: { 'x.rate': [1, 2], 'x.size': ['a', 'b', 'c'] } });
    expect(grid.map(({ name }) => name)).toEqual([
      'rate=1, size=a',
      'rate=1, size=b',
      'rate=1, size=c',
      'rate=2, size=a',
      'rate=2, size=b',
      'rate=2, size=c',
    ]);
    expect(grid[4]).toEqual({
      name: 'rate=2, size=b',
      pipeline: 'p',
      base: {},
      own: { x: { rate: 2, size: 'b' } },
    });
  });

  test('one at a time: the base, then each value alone', () => {
    const list = cells({
      pipeline: 'p',
      base: { 'x.rate': 1 },
      factors: { 'x.rate': [2], 'y.kind': [{ k: 1 }] },
      combine: 'one-at-a-time',
    });
    expect(list.map(({ name, own }) => [name, own])).toEqual([
      ['base', {}],
      ['rate=2', { x: { rate: 2 } }],
      ['kind={"k":1}', { y: { kind: { k: 1 } } }],
    ]);
    expect(list.every(({ base }) => JSON.stringify(base) === '{"x":{"rate":1}}')).toBe(true);
  });

  test('factors that end alike are called by their whole paths', () => {
    const [first] = cells({ pipeline: 'p', factors: { 'a.epochs': [1], 'b.epochs': [2], 'c.rate': [3] } });
    expect(first!.name).toBe('a.epochs=1, b.epochs=2, rate=3');
  });

  test('cells one by one may have pipelines of their own', () => {
    const list = cells({
      pipeline: 'p',
      cells: [{ name: 'one' }, { name: 'two', pipeline: 'q', set: { s: 1 } }],
    });
    expect(list.map(({ pipeline, own }) => [pipeline, own])).toEqual([
      ['p', {}],
      ['q', { s: 1 }],
    ]);
  });
});

describe('a file of one’s own', () => {
  const write = (name: string, text: string) => {
    const file = join(folder('declarations'), name);
    writeFileSync(file, text);
    return file;
  };

  test('is called by its name', () => {
    const file = write('mine.json', JSON.stringify({ pipeline: 'p', factors: { seed: [1] }, seeds: [4, 5] }));
    expect(openSweep(file)).toMatchObject({ name: 'mine', declaration: { seeds: [4, 5], combine: 'grid' } });
  });

  test.each([
    ['{', /not JSON/],
    ['[]', /must hold one object/],
    ['{"pipeline":"p"}', /sweep .*bad\.json: the config: give either factors or cells/],
    ['{"pipeline":"p","cells":[{"name":"a"}],"factors":{"a":[1]}}', /give either factors or cells/],
    ['{"factors":{"a":[1]}}', /say which pipeline/],
    ['{"cells":[{"name":"a","pipeline":"p"},{"name":"b"}]}', /say which pipeline/],
    ['{"pipeline":"p","factors":{"a":[]}}', /factors\.a/],
    ['{"pipeline":"p","cells":[{"name":"a","sets":{}}]}', /there is no field cells\.0\.sets/],
    ['{"pipeline":"p","cells":[{"name":"a"}],"seeds":0}', /seeds/],
  ])('%s is refused with one line', (text, message) => {
    const file = write('bad.json', text);
    expect(() => openSweep(file)).toThrow(message);
  });

  test('a name that is none lists what there is', () => {
    expect(() => openSweep('frontend')).toThrow(/none called frontend, there are front-end, normalisation/);
    expect(() => openSweep('toString')).toThrow(/none called toString/);
  });
});

describe.each(Object.entries(builtInSweeps))('built in: %s', (name, settings) => {
  test('every cell has a name of its own, and settings of its own', () => {
    const list = cells(settings);
    expect(list.length).toBeGreaterThan(2);
    expect(new Set(list.map((cell) => cell.name)).size).toBe(list.length);
    expect(new Set(list.map(({ own, pipeline }) => JSON.stringify([own, pipeline]))).size).toBe(list.length);
    expect(openSweep(name).declaration.title).toBe(settings.title);
  });
});
