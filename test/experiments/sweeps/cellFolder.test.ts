import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { CellFolder } from '../../../packages/experiments/src/sweeps/cellFolder.ts';
import { sweepDeclaration } from '../../../packages/experiments/src/sweeps/declaration.ts';
import { planSweep, type Task } from '../../../packages/experiments/src/sweeps/plan.ts';
import { folder, readJson } from '../cli/support.ts';

const declaration = { pipeline: 'embed-average', factors: { 'model.hidden': [4] } };
const [task] = planSweep('cells', sweepDeclaration.parse(declaration), { seeds: [3] }).tasks as [Task];

let sweep: string;
let count = 0;
beforeEach(() => {
  sweep = folder(`cell folders ${count++}`);
});

const said = (more: object = {}) =>
  JSON.stringify({
    pipeline: 'p',
    report: 'page',
    run: 'there',
    seconds: 2.5,
    metrics: { testMse: 0.1 },
    ...more,
  });

describe('a cell on disk', () => {
  test('is made with its settings, which a run takes as they are', () => {
    const cell = new CellFolder(sweep, task);
    expect(cell.path).toBe(join(sweep, 'hidden=4', 'seed-3'));
    expect(readJson(cell.settings)).toEqual({ pipeline: 'embed-average', config: task.config });
    expect([cell.result(), cell.begun(), cell.owner()]).toEqual([undefined, undefined, undefined]);
  });

  test('is found again with the same settings, and refused with others', () => {
    const { path } = new CellFolder(sweep, task);
    expect(new CellFolder(sweep, task).path).toBe(path);
    const other = { ...task, config: { ...task.config, seed: 4 } };
    expect(() => new CellFolder(sweep, other)).toThrow(
      /hidden=4 was run with other settings here, choose another/,
    );
  });

  test('keeps of a run its metrics, its folder and its time, and nothing else', () => {
    const cell = new CellFolder(sweep, task);
    const result = cell.finish(said());
    expect(result).toEqual({ metrics: { testMse: 0.1 }, run: 'there', seconds: 2.5 });
    expect(new CellFolder(sweep, task).result()).toEqual(result);
    expect(readdirSync(cell.path).sort()).toEqual(['result.json', 'settings.json']);
  });

  test.each([
    ['no JSON', 'the end'],
    ['nothing', ''],
    ['no metrics', said({ metrics: undefined })],
    ['a metric that is no number', said({ metrics: { testMse: 'low' } })],
    ['no time', said({ seconds: null })],
  ])('does not count as done after %s', (_, line) => {
    const cell = new CellFolder(sweep, task);
    expect(() => cell.finish(line)).toThrow();
    expect(cell.result()).toBeUndefined();
  });

  test('what was begun is the last run that has a config', () => {
    const cell = new CellFolder(sweep, task);
    for (const name of ['20300101-000000-a', '20300102-000000-a', '20300103-000000-cut-off']) {
      mkdirSync(join(cell.runs, name), { recursive: true });
      if (!name.endsWith('off')) writeFileSync(join(cell.runs, name, 'config.json'), '{}');
    }
    expect(cell.begun()).toBe(join(cell.runs, '20300102-000000-a'));
  });

  test('belongs to a process until it belongs to nobody', () => {
    const cell = new CellFolder(sweep, task);
    cell.ownedBy(77);
    expect(new CellFolder(sweep, task).owner()).toBe(77);
    cell.ownedByNobody();
    cell.ownedByNobody();
    expect(cell.owner()).toBeUndefined();
  });

  test.each(['{', '[]', '{"process":"me"}', '{"process":1,"more":2}'])(
    'an owner that reads %s is refused by name',
    (text) => {
      const cell = new CellFolder(sweep, task);
      writeFileSync(join(cell.path, 'process.json'), text);
      expect(() => cell.owner()).toThrow(/not what a sweep writes, delete it and run again, .*process\.json/);
    },
  );

  test('files appear whole: nothing is left beside them', () => {
    const cell = new CellFolder(sweep, task);
    cell.ownedBy(1);
    cell.finish(said());
    expect(readdirSync(cell.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(readFileSync(join(cell.path, 'result.json'), 'utf8').endsWith('}\n')).toBe(true);
  });

  test('a place where there can be no folder is said in one line', () => {
    writeFileSync(join(sweep, 'hidden=4'), '');
    expect(() => new CellFolder(sweep, task)).toThrow(/^sweep: a part of the path is a file, not a folder/);
    expect(existsSync(join(sweep, 'hidden=4', 'seed-3'))).toBe(false);
  });
});
