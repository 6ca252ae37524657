import { foldIn, permutation, type RandomKey } from '@sonograd/tensor';
import { type Dataset, subset } from './dataset.ts';
import { membersByLabel } from './sampler.ts';

type Label = number | string;

const WHOLE = 'whole';

export interface SplitOptions {
  readonly key: RandomKey;
  /** For each item whom it belongs to, such as its speaker: no group is ever divided. */
  readonly groups?: ArrayLike<Label>;
  /** For each item its class: every part gets its share of every class. */
  readonly strata?: ArrayLike<Label>;
}

/** Items that must stay together. */
type Unit = readonly number[];

/**
 * Divides a dataset by shares: `split(dataset, { train: 0.8, held: 0.2 }, { key, groups: speakers })`. Units, which
 * are groups or single items, are dealt out in random order, the largest first, each to the part that lacks most of
 * what it holds.
 */
export function split<Item, Part extends string>(
  dataset: Dataset<Item>,
  shares: Readonly<Record<Part, number>>,
  options: SplitOptions,
): Record<Part, Dataset<Item>> {
  const indices = splitIndices(dataset.length, shares, options);
  const parts = Object.entries<Int32Array>(indices).map(([part, chosen]) => [part, subset(dataset, chosen)]);
  return Object.fromEntries(parts) as Record<Part, Dataset<Item>>;
}

/** The same as the numbers of the items, in rising order. */
export function splitIndices<Part extends string>(
  length: number,
  shares: Readonly<Record<Part, number>>,
  { key, groups, strata }: SplitOptions,
): Record<Part, Int32Array> {
  requireLabels('groups', groups, length);
  requireLabels('strata', strata, length);
  const names = Object.keys(shares) as Part[];
  const wanted = normalised(names.map((name) => shares[name]));
  const units = groups === undefined ? singles(length) : [...membersByLabel(groups).values()];
  const dealer = new Dealer(wanted, units, (unit) => unit.flatMap((item) => classesOf(item, strata)));
  const parts = names.map((): number[] => []);
  // Large units need the whole picture from the start; single items are dealt in proportion as they come.
  if (groups !== undefined) for (const unit of units) dealer.expect(unit);
  for (const unit of dealingOrder(units, key)) {
    if (groups === undefined) dealer.expect(unit);
    const part = parts[dealer.deal(unit)]!;
    for (const item of unit) part.push(item);
  }
  const sorted = names.map((name, index) => [name, Int32Array.from(parts[index]!).sort()]);
  return Object.fromEntries(sorted) as Record<Part, Int32Array>;
}

/** Knows what each part has of each class, and what it should have. */
class Dealer {
  readonly #expected = new Map<Label, number>();
  readonly #parts: readonly { readonly share: number; readonly held: Map<Label, number>; units: number }[];
  #unitsLeft: number;

  constructor(
    shares: readonly number[],
    units: readonly Unit[],
    readonly classesOf: (unit: Unit) => readonly Label[],
  ) {
    this.#parts = shares.map((share) => ({ share, held: new Map(), units: 0 }));
    this.#unitsLeft = units.length;
  }

  /** Counts a unit in, so that parts lack their share of it. */
  expect(unit: Unit): void {
    for (const label of this.classesOf(unit)) add(this.#expected, label);
  }

  /** The number of the part that gets the unit. */
  deal(unit: Unit): number {
    const empty = this.#parts.filter(({ share, units }) => share > 0 && units === 0);
    const open = this.#unitsLeft <= empty.length ? empty : this.#parts.filter(({ share }) => share > 0);
    const classes = this.classesOf(unit);
    const lacks = open.map((part) => this.#lack(part, classes));
    const chosen = open[lacks.indexOf(Math.max(...lacks))]!;
    for (const label of classes) add(chosen.held, label);
    chosen.units += 1;
    this.#unitsLeft -= 1;
    return this.#parts.indexOf(chosen);
  }

  #lack({ share, held }: { share: number; held: Map<Label, number> }, classes: readonly Label[]): number {
    return classes.reduce<number>(
      (sum, label) => sum + share * this.#expected.get(label)! - (held.get(label) ?? 0),
      0,
    );
  }
}

function add(counts: Map<Label, number>, label: Label): void {
  counts.set(label, (counts.get(label) ?? 0) + 1);
}

/** Every item counts for the whole as well, so that the sizes of the parts come out right, not only the classes. */
function classesOf(item: number, strata: ArrayLike<Label> | undefined): Label[] {
  return strata === undefined ? [WHOLE] : [WHOLE, `class ${strata[item]}`];
}

function dealingOrder(units: readonly Unit[], key: RandomKey): Unit[] {
  const shuffled = Array.from(permutation(units.length, foldIn(key, 'split')), (index) => units[index]!);
  return shuffled.sort((a, b) => b.length - a.length);
}

function singles(length: number): Unit[] {
  return Array.from({ length }, (_, index) => [index]);
}

function normalised(shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (shares.some((share) => !(share >= 0)) || !(total > 0 && total < Infinity)) {
    throw new RangeError(`split: shares must be at least 0 and not all 0, got ${shares.join(', ')}`);
  }
  return shares.map((share) => share / total);
}

function requireLabels(name: string, labels: ArrayLike<Label> | undefined, length: number): void {
  if (labels !== undefined && labels.length !== length) {
    throw new RangeError(`split: ${name} must name all ${length} items, got ${labels.length}`);
  }
}
