import { z } from 'zod';
import type { CorpusItem } from './corpus.ts';
import { disjointSplit, officialSplit, type Split, stratifiedSplit } from './split.ts';

const share = z.number().min(0).max(0.9);
const seed = z.int().min(0).default(0);

/** How items are shared out among training, validation and test. */
export const splitConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('official'), validationShare: share.default(0.1), seed }),
  z.strictObject({
    kind: z.literal('disjoint'),
    testSpeakers: z.union([z.int().min(1), z.array(z.string()).min(1)]).default(5),
    validationShare: share.default(0.2),
    seed,
  }),
  z.strictObject({
    kind: z.literal('stratified'),
    testShare: share.default(0.1),
    validationShare: share.default(0.1),
    seed,
  }),
]);

export type SplitConfig = z.infer<typeof splitConfig>;

export function splitItems(items: readonly CorpusItem[], config: SplitConfig): Split {
  switch (config.kind) {
    case 'official':
      return officialSplit(items, config);
    case 'disjoint':
      return disjointSplit(items, config);
    case 'stratified':
      return stratifiedSplit(items, config);
  }
}
