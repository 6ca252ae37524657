import type { Tensor } from '@sonograd/tensor';
import type { CorpusItem } from '../../corpora/corpus.ts';
import type { ReportData } from '../../runs/reportData.ts';

/** More points than these nobody can tell apart. */
const mostPoints = 500;

/** Evenly chosen items with their codes, for the map of the report. */
export function latentPoints(
  items: readonly Pick<CorpusItem, 'id' | 'digit' | 'speaker'>[],
  codes: readonly ArrayLike<number>[],
): ReportData['latent'] {
  const step = Math.max(1, items.length / mostPoints);
  const count = Math.min(items.length, mostPoints);
  return Array.from({ length: count }, (_, n) => {
    const place = Math.floor(n * step);
    const { id, digit, speaker } = items[place]!;
    return { id, digit, speaker, code: Array.from(codes[place]!, roundForFile) };
  });
}

/** The rows of a matrix. */
export function rowsOf({ data, shape }: Tensor): Float32Array[] {
  const size = shape[1] ?? 1;
  return Array.from({ length: shape[0] ?? 0 }, (_, row) => data.slice(row * size, (row + 1) * size));
}

/** Four digits are more than a picture shows, and a third of the bytes. */
export const roundForFile = (value: number): number => Number(value.toPrecision(4));
