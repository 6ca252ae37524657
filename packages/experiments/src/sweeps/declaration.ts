import { z } from 'zod';
import { mergeSettings, type Settings } from '../settings/settings.ts';

const settings = z.record(z.string(), z.unknown());

const cell = z.strictObject({
  /** As the table calls it. */
  name: z.string().min(1),
  /** Where it is not that of the sweep. */
  pipeline: z.string().optional(),
  /** Fields by path (`training.rate`) or nested, on top of the base. */
  set: settings.default({}),
});

/** What a sweep compares: the form of the built-in ones, and of a file of one's own. */
export const sweepDeclaration = z
  .strictObject({
    title: z.string().optional(),
    /** What there is to see in it, for the head of the page. */
    about: z.string().default(''),
    pipeline: z.string().optional(),
    /** What all cells have in common. */
    base: settings.default({}),
    /** Fields by path, each with the values it takes. */
    factors: z.record(z.string(), z.array(z.unknown()).min(1)).optional(),
    /** Every value with every other, or the base and each value on its own. */
    combine: z.enum(['grid', 'one-at-a-time']).default('grid'),
    /** Or the cells one by one. */
    cells: z.array(cell).min(1).optional(),
    /** So many, from 0, or these. */
    seeds: z.union([z.int().min(1).max(1000), z.array(z.int().min(0)).min(1)]).default(3),
    /** What the chart shows; the first of the pipeline's metrics unless said otherwise. */
    metric: z.string().optional(),
  })
  .superRefine(({ cells, factors, pipeline }, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: [], message });
    if ((cells === undefined) === (factors === undefined)) refuse('give either factors or cells');
    if (pipeline === undefined && (cells === undefined || cells.some((one) => one.pipeline === undefined))) {
      refuse('say which pipeline, for the sweep or for each cell');
    }
  });

export type SweepDeclaration = z.output<typeof sweepDeclaration>;
export type SweepSettings = z.input<typeof sweepDeclaration>;

export interface Cell {
  readonly name: string;
  readonly pipeline: string;
  /** What all cells have in common, for people to change. */
  readonly base: Settings;
  /** What makes this one differ from the others. */
  readonly own: Settings;
}

/** The cells of a sweep in the order of its table, whichever way they were declared. */
export function cellsOf({ pipeline = '', base, factors = {}, combine, cells }: SweepDeclaration): Cell[] {
  const listed: readonly z.output<typeof cell>[] =
    cells ?? (combine === 'grid' ? grid(factors) : oneAtATime(factors));
  return listed.map((one) => ({
    name: one.name,
    pipeline: one.pipeline ?? pipeline,
    base: nest(base),
    own: nest(one.set),
  }));
}

/** `{ 'a.b': 1 }` as `{ a: { b: 1 } }`. */
export function nest(fields: Settings): Settings {
  const nested = Object.entries(fields).map(([path, value]) =>
    path.split('.').reduceRight<unknown>((inner, field) => ({ [field]: inner }), value),
  );
  return mergeSettings(...(nested as Settings[]));
}

type Factors = NonNullable<SweepDeclaration['factors']>;
type Level = readonly [path: string, value: unknown];

function grid(factors: Factors) {
  const label = labeller(factors);
  return combinations(Object.entries(factors)).map((levels) => ({
    name: levels.map(label).join(', '),
    set: Object.fromEntries(levels),
  }));
}

function oneAtATime(factors: Factors) {
  const label = labeller(factors);
  const single = Object.entries(factors).flatMap(([path, values]) =>
    values.map((value) => ({ name: label([path, value]), set: { [path]: value } })),
  );
  return [{ name: 'base', set: {} }, ...single];
}

function combinations(factors: readonly (readonly [string, readonly unknown[]])[]): Level[][] {
  const [first, ...others] = factors;
  if (first === undefined) return [[]];
  const rest = combinations(others);
  return first[1].flatMap((value) => rest.map((levels): Level[] => [[first[0], value], ...levels]));
}

/** `nMels=40`: the last field of a path where that says which it is. */
function labeller(factors: Factors): (level: Level) => string {
  const last = (path: string) => path.slice(path.lastIndexOf('.') + 1);
  const names = Object.keys(factors).map(last);
  return ([path, value]) => {
    const alone = names.filter((name) => name === last(path)).length === 1;
    return `${alone ? last(path) : path}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
  };
}
