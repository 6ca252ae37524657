import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSetting } from '../../../packages/experiments/src/settings/settings.ts';
import { builtInSweeps, openSweep } from '../../../packages/experiments/src/sweeps/builtIn/registry.ts';
import { cellsOf, nest, sweepDeclaration } from '../../../packages/experiments/src/sweeps/declaration.ts';
import { type Plan, planSweep, type Task } from '../../../packages/experiments/src/sweeps/plan.ts';
import { showSpread, spread, summarise } from '../../../packages/experiments/src/sweeps/summary.ts';

const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const values = fc.array(value, { minLength: 2, maxLength: 9 });
const word = fc.stringMatching(/^[a-z]{1,6}$/);

describe('spreads', () => {
  test('moved with their values, stretched with them, blind to their order', () => {
    fc.assert(
      fc.property(values, value, fc.double({ min: 0.1, max: 9, noNaN: true }), (all, by, factor) => {
        const [plain, moved] = [spread(all), spread(all.map((one) => factor * one + by))];
        expect(moved.mean).toBeCloseTo(factor * plain.mean + by, 6);
        expect(moved.deviation!).toBeCloseTo(factor * plain.deviation!, 6);
        expect(spread([...all].reverse()).deviation!).toBeCloseTo(plain.deviation!, 9);
      }),
    );
  });

  test('of two values: half their distance times the root of two', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(spread([a, b]).deviation!).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 9);
      }),
    );
  });

  test('as text, both numbers have as many digits, and the mean is within a unit of the last', () => {
    fc.assert(
      fc.property(values, (all) => {
        const one = spread(all);
        fc.pre(one.deviation! > 1e-6 && one.deviation! > 1e-9 * Math.abs(one.mean));
        const [mean, deviation] = showSpread(one).split(' ± ') as [string, string];
        const digits = (text: string) => text.split('.')[1]?.length ?? 0;
        expect(digits(mean)).toBe(digits(deviation));
        expect(Math.abs(Number(mean) - one.mean)).toBeLessThanOrEqual(10 ** -digits(mean));
        expect(Number(deviation)).toBeGreaterThan(0);
      }),
    );
  });
});

describe('declarations', () => {
  test('a grid has as many cells as the product of its values, and every combination once', () => {
    fc.assert(
      fc.property(
        fc.dictionary(word, fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 4 }), {
          minKeys: 1,
          maxKeys: 3,
        }),
        (factors) => {
          const cells = cellsOf(sweepDeclaration.parse({ pipeline: 'p', factors }));
          const sizes = Object.values(factors).map(({ length }) => length);
          expect(cells).toHaveLength(sizes.reduce((product, size) => product * size, 1));
          expect(new Set(cells.map(({ own }) => JSON.stringify(own))).size).toBe(cells.length);
          expect(new Set(cells.map(({ name }) => name)).size).toBe(cells.length);
        },
      ),
    );
  });

  test('one at a time has as many as their sum, and the base', () => {
    fc.assert(
      fc.property(
        fc.dictionary(word, fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 4 }), { minKeys: 1 }),
        (factors) => {
          const cells = cellsOf(sweepDeclaration.parse({ pipeline: 'p', factors, combine: 'one-at-a-time' }));
          const count = Object.values(factors).reduce((sum, { length }) => sum + length, 0);
          expect(cells).toHaveLength(1 + count);
          expect(cells.slice(1).every(({ own }) => Object.keys(own).length === 1)).toBe(true);
        },
      ),
    );
  });

  test('a path means what it means to --set', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), fc.integer(), (path, number) => {
        fc.pre(!path.includes('__proto__'));
        expect(nest({ [path.join('.')]: number })).toEqual(parseSetting(`${path.join('.')}=${number}`));
      }),
    );
  });
});

describe('summaries', () => {
  const task = (cell: string, seed: number): Task => ({
    ...{ cell, seed, folder: `${cell}/${seed}`, pipeline: 'p', speaker: undefined, config: { seed } },
  });

  test('do not depend on the order in which runs end; unfinished ones change no figure', () => {
    const tasks = [0, 1, 2].flatMap((seed) => ['a', 'b'].map((cell) => task(cell, seed)));
    const plan: Plan = { name: 'n', title: 't', about: '', metric: 'x', tasks };
    fc.assert(
      fc.property(
        fc.shuffledSubarray(tasks, { minLength: 1 }),
        fc.array(value, { minLength: 6, maxLength: 6 }),
        (ended, figures) => {
          const outcomes = ended.map((one) => ({
            task: one,
            result: { metrics: { x: figures[tasks.indexOf(one)]! }, run: '', seconds: 1 },
          }));
          const ordered = [...outcomes].sort((a, b) => tasks.indexOf(a.task) - tasks.indexOf(b.task));
          const [shuffled, sorted] = [summarise(plan, outcomes), summarise(plan, ordered)];
          for (const [index, cell] of shuffled.cells.entries()) {
            const own = ended.filter((one) => one.cell === cell.name);
            expect(cell.finished).toBe(own.length);
            expect(cell.planned).toBe(3);
            const [one, other] = [cell.metrics.x, sorted.cells[index]!.metrics.x];
            expect(one === undefined).toBe(own.length === 0);
            if (one !== undefined) expect(one.mean).toBeCloseTo(other!.mean, 9);
          }
        },
      ),
    );
  });
});

describe.each(Object.keys(builtInSweeps))('built in: %s', (name) => {
  const { declaration } = openSweep(name);
  const { tasks } = planSweep(name, declaration, { seeds: [0] });
  const leaves = (config: unknown, place = ''): [string, string][] =>
    typeof config !== 'object' || config === null || Array.isArray(config)
      ? [[place, JSON.stringify(config)]]
      : Object.entries(config).flatMap(([field, inner]) => leaves(inner, `${place}.${field}`));

  test('cells differ from the first only in what they set', () => {
    const [first] = tasks.map(({ config }) => new Map(leaves(config)));
    const cells = cellsOf(declaration);
    tasks.slice(1).forEach(({ config, pipeline }, index) => {
      if (pipeline !== tasks[0]!.pipeline) return;
      const own = Object.keys(declaration.cells![index + 1]!.set).map((path) => `.${path}`);
      const differing = leaves(config).filter(([place, leaf]) => first!.get(place) !== leaf);
      expect(differing.length).toBeGreaterThan(0);
      for (const [place] of differing) {
        expect(
          own.some((set) => place.startsWith(set)),
          `${cells[index + 1]!.name}: ${place}`,
        ).toBe(true);
      }
    });
  });

  test('what people set for all reaches every cell, but for the fields the cells are about', () => {
    const settings = () => [{ training: { epochs: 7 }, damaged: 'skip' }];
    for (const { config } of planSweep(name, declaration, { seeds: [0], settings }).tasks) {
      expect(config).toMatchObject({ training: { epochs: 7 }, damaged: 'skip' });
    }
  });
});
