import type { CorpusItem } from '../../corpora/corpus.ts';
import type { ReportData } from '../../runs/reportData.ts';

/** One clip in one noise: how far it was from the clean one, and how far it is after denoising. */
export interface PairScore {
  readonly item: CorpusItem;
  /** The noise's name. */
  readonly noise: string;
  readonly heard: number;
  readonly denoised: number;
}

type Table = ReportData['tables'][number];

/** Means by noise, digit and speaker; where all clips are of one kind there is nothing to compare. */
export function scoreTables(scores: readonly PairScore[], measure: string): Table[] {
  const views: readonly [by: string, of: (score: PairScore) => string][] = [
    ['noise', ({ noise }) => noise],
    ['digit', ({ item }) => String(item.digit)],
    ['speaker', ({ item }) => item.speaker],
  ];
  return views.flatMap(([by, of]) => {
    const groups = groupBy(scores, of);
    if (groups.length < 2) return [];
    const rows = groups.map(([name, some]) => [name, some.length, ...means(some)]);
    return [{ title: `${measure} by ${by}`, head: [by, 'clips', 'as heard', 'denoised'], rows }];
  });
}

export const meanOf = <Row>(rows: readonly Row[], value: (row: Row) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0) / rows.length;

const means = (scores: readonly PairScore[]): number[] => [
  meanOf(scores, ({ heard }) => heard),
  meanOf(scores, ({ denoised }) => denoised),
];

function groupBy(scores: readonly PairScore[], of: (score: PairScore) => string): [string, PairScore[]][] {
  const groups = new Map<string, PairScore[]>();
  for (const score of scores) groups.set(of(score), [...(groups.get(of(score)) ?? []), score]);
  return [...groups].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
}
