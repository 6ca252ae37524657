import { ConfusionMatrix } from '@sonograd/nn';
import type { CorpusItem } from '../../corpora/corpus.ts';
import { digitNames } from '../../corpora/digit.ts';
import type { FinalMetrics, ReportData } from '../../runs/reportData.ts';

/** What the tables say of an item. */
type Spoken = Pick<CorpusItem, 'digit' | 'speaker'>;

export interface ClassificationReport {
  readonly metrics: FinalMetrics;
  readonly report: Pick<ReportData, 'confusion' | 'perClass' | 'perSpeaker'>;
}

/** Who was taken for whom, over digits and over speakers. */
export function reportClassification(
  items: readonly Spoken[],
  predicted: ArrayLike<number>,
): ClassificationReport {
  const matrix = new ConfusionMatrix(digitNames.length);
  matrix.add(
    predicted,
    items.map(({ digit }) => digit),
  );
  const { precision, recall, f1 } = matrix.macro();
  return {
    metrics: {
      testAccuracy: matrix.accuracy,
      testMacroF1: f1,
      testPrecision: precision,
      testRecall: recall,
      testClips: items.length,
    },
    report: {
      confusion: { classes: [...digitNames], counts: matrix.toArray() },
      perClass: matrix.perClass().map((scores, digit) => ({ name: digitNames[digit]!, ...scores })),
      perSpeaker: perSpeaker(items, predicted),
    },
  };
}

function perSpeaker(items: readonly Spoken[], predicted: ArrayLike<number>): ReportData['perSpeaker'] {
  const speakers = new Map<string, { count: number; right: number }>();
  items.forEach(({ speaker, digit }, index) => {
    const tally = speakers.get(speaker) ?? { count: 0, right: 0 };
    speakers.set(speaker, tally);
    tally.count += 1;
    if (predicted[index] === digit) tally.right += 1;
  });
  return [...speakers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { count, right }]) => ({ name, count, accuracy: right / count }));
}
