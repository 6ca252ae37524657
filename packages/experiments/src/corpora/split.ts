import { RandomStream } from '@sonograd/dsp';
import { InputError } from '../inputError.ts';
import type { CorpusItem, Part } from './corpus.ts';
import { digitNames } from './digit.ts';

/** Three lists without a common item, each in the order of the corpus. */
export type Split = Readonly<Record<Part, readonly CorpusItem[]>>;

export interface OfficialOptions {
  /** Taken from the training items, balanced, where the authors named none for validation. */
  readonly validationShare: number;
  readonly seed: number;
}

/** The authors' own test; where they named no validation items, a share of the training items. */
export function officialSplit(
  items: readonly CorpusItem[],
  { validationShare, seed }: OfficialOptions,
): Split {
  const of = (part: CorpusItem['part']) => items.filter((item) => item.part === part);
  const test = of('test');
  if (test.length === 0) {
    throw new InputError('officialSplit: this corpus names no test, take the split disjoint or stratified');
  }
  const validation = of('validation');
  if (validation.length > 0) return { train: of('train'), validation, test };
  const { rest, taken } = takeShare(of('train'), validationShare, seed);
  return { train: rest, validation: taken, test };
}

export interface DisjointOptions {
  /** How many speakers are kept for the test, drawn by the seed; or their names. */
  readonly testSpeakers: number | readonly string[];
  readonly validationShare: number;
  readonly seed: number;
}

/** Tests on speakers nobody trained on; the others' recordings are shared out, balanced over digits. */
export function disjointSplit(items: readonly CorpusItem[], options: DisjointOptions): Split {
  const { validationShare, seed } = options;
  const kept = testSpeakersOf(items, options);
  const others = items.filter(({ speaker }) => !kept.has(speaker));
  const { rest, taken } = takeShare(others, validationShare, seed);
  return { train: rest, validation: taken, test: items.filter(({ speaker }) => kept.has(speaker)) };
}

export interface StratifiedOptions {
  readonly testShare: number;
  readonly validationShare: number;
  readonly seed: number;
}

/** The same speakers and digits in the same shares everywhere. */
export function stratifiedSplit(items: readonly CorpusItem[], options: StratifiedOptions): Split {
  const { testShare, validationShare, seed } = options;
  if (testShare + validationShare >= 1) {
    const shares = `testShare=${testShare}, validationShare=${validationShare}`;
    throw new InputError(`stratifiedSplit: the shares leave nothing for training, ${shares}`);
  }
  const { rest, taken: test } = takeShare(items, testShare, seed);
  const share = validationShare / (1 - testShare);
  const { rest: train, taken: validation } = takeShare(rest, share, seed + 1);
  return { train, validation, test };
}

function testSpeakersOf(items: readonly CorpusItem[], { testSpeakers, seed }: DisjointOptions): Set<string> {
  const speakers = [...new Set(items.map(({ speaker }) => speaker))].sort();
  if (typeof testSpeakers !== 'number') {
    const stranger = testSpeakers.find((name) => !speakers.includes(name));
    if (stranger !== undefined) {
      throw new InputError(
        `disjointSplit: no speaker is called ${stranger}, there are ${speakers.join(', ')}`,
      );
    }
    return new Set(testSpeakers);
  }
  if (!Number.isInteger(testSpeakers) || testSpeakers < 1 || testSpeakers >= speakers.length) {
    throw new InputError(
      `disjointSplit: testSpeakers must be 1 to ${speakers.length - 1}, ${testSpeakers} of ${speakers.length}`,
    );
  }
  return new Set(shuffled(speakers, new RandomStream(seed)).slice(0, testSpeakers));
}

/**
 * Systematic sampling with a random start: of the items, sorted by digit and speaker, every n-th. So each digit gives
 * its share within one item, and so does each speaker of a digit, and all together. Speakers come in another order in
 * each digit, since a fixed order could meet the same speaker at every step.
 */
function takeShare(items: readonly CorpusItem[], share: number, seed: number) {
  if (!(share >= 0 && share < 1)) throw new InputError(`split: a share is at least 0 and below 1, ${share}`);
  const random = new RandomStream(seed);
  const sorted = [...digitNames.keys()].flatMap((digit) => {
    const kin = shuffled(
      items.filter((item) => item.digit === digit),
      random,
    );
    const ranks = new Map(
      [...new Set(kin.map(({ speaker }) => speaker))].map((speaker, rank) => [speaker, rank]),
    );
    return kin.sort((a, b) => ranks.get(a.speaker)! - ranks.get(b.speaker)!);
  });
  const start = random.uniform();
  const before = (count: number) => Math.floor(count * share + start);
  const taken = new Set(sorted.filter((_, index) => before(index + 1) > before(index)));
  return { rest: items.filter((item) => !taken.has(item)), taken: items.filter((item) => taken.has(item)) };
}

/** Fisher and Yates; the input stays as it is. */
function shuffled<Item>(items: readonly Item[], random: RandomStream): Item[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
