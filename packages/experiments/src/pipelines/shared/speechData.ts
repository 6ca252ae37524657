import type { z } from 'zod';
import type { Corpus, Part } from '../../corpora/corpus.ts';
import { openCorpus } from '../../corpora/open.ts';
import { splitItems } from '../../corpora/splitConfig.ts';
import type { AlterableItem } from '../../features/alter.ts';
import { computeFeatures } from '../../features/compute.ts';
import { type FeatureStore, normaliseOver } from '../../features/store.ts';
import { InputError } from '../../inputError.ts';
import type { ReportData } from '../../runs/reportData.ts';
import type { Prepared, PrepareOptions, Tools } from '../pipeline.ts';
import { type AugmentConfig, alteredCopies } from './augment.ts';
import type { speechFields } from './config.ts';

export type SpeechConfig = z.infer<z.ZodObject<typeof speechFields>>;

/** Features of a corpus of spoken digits, and which of them are for what; `train` holds altered copies as well. */
export interface SpeechData extends Prepared, Readonly<Record<Part, Int32Array>> {
  readonly corpus: Corpus;
  readonly store: FeatureStore;
}

interface SpeechSettings extends Pick<SpeechConfig, 'corpus' | 'split' | 'features' | 'damaged'> {
  readonly augment?: AugmentConfig;
  readonly seed?: number;
}

/** Corpus, split, features: the way of all speech. */
export async function prepareSpeech(
  config: SpeechSettings,
  tools: Tools,
  { moments, everythingIsTest = false }: PrepareOptions = {},
): Promise<SpeechData> {
  const corpus = openCorpus(config.corpus);
  const items = corpus.items();
  const split = everythingIsTest
    ? { train: [], validation: [], test: items }
    : splitItems(items, config.split);
  const plain = await featuresOf(items, config, tools);
  const places = {
    train: plain.select(split.train),
    validation: plain.select(split.validation),
    test: plain.select(split.test),
  };
  if (!everythingIsTest) requireSome('training', places.train);
  requireSome('the test', places.test);
  const { raw, train } = await withCopies(plain, places.train, config, tools);
  const store = moments === undefined ? normaliseOver(raw, train) : raw.normalisedBy(moments);
  return { corpus, store, moments: store.moments, ...places, train };
}

/** Copies are kept apart: another seed or range makes others, of clips whose features stay what they are. */
async function withCopies(
  plain: FeatureStore,
  train: Int32Array,
  config: SpeechSettings,
  tools: Tools,
): Promise<{ raw: FeatureStore; train: Int32Array }> {
  const { augment, seed = 0 } = config;
  const clips = Array.from(train, (place) => plain.items[place]!);
  const copies = augment === undefined ? [] : alteredCopies(clips, augment, seed);
  if (copies.length === 0) return { raw: plain, train };
  const raw = plain.followedBy(await featuresOf(copies, config, tools));
  return { raw, train: raw.select([...clips, ...copies]) };
}

async function featuresOf(
  items: readonly AlterableItem[],
  { features, damaged }: SpeechSettings,
  { threads, cacheFolder, signal, progress }: Tools,
): Promise<FeatureStore> {
  const show = progress.bar(`features of ${items.length} clips`);
  const store = await computeFeatures(items, features, {
    ...{ threads, cacheFolder, signal, onDamaged: 'skip' },
    onProgress: ({ phase, done, total }) => phase === 'extracting' && show(done, total),
  });
  const [first] = store.skipped;
  if (first === undefined) return store;
  const which = `${first.item.id} (${first.reason})`;
  if (damaged === 'stop') {
    const others = store.skipped.length === 1 ? '' : ` and ${store.skipped.length - 1} more`;
    throw new InputError(`features: damaged, ${which}${others}; leave such out by --set damaged=skip`);
  }
  for (const { item, reason } of store.skipped) progress.note(`left out: ${item.id}, ${reason}`);
  return store;
}

function requireSome(purpose: string, places: Int32Array): void {
  if (places.length > 0) return;
  throw new InputError(`split: no clip is left for ${purpose}; choose another split by --set split.kind=…`);
}

/** The corpus as the report shows it. */
export function describeCorpus({ corpus, store, train, validation, test }: SpeechData): ReportData['corpus'] {
  return {
    name: corpus.name,
    licence: corpus.licence,
    home: corpus.home,
    train: Array.from(train).filter((place) => store.items[place]!.alteration === undefined).length,
    validation: validation.length,
    test: test.length,
    speakers: new Set(store.items.map(({ speaker }) => speaker)).size,
    skipped: store.skipped.map(({ item, reason }) => ({ id: item.id, reason })),
  };
}
