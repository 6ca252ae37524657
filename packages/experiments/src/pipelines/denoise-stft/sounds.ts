import { resample } from '@sonograd/dsp';
import type { Corpus, CorpusItem, Part } from '../../corpora/corpus.ts';
import { openCorpus } from '../../corpora/open.ts';
import { type Audio, readAudio } from '../../corpora/source.ts';
import { splitItems } from '../../corpora/splitConfig.ts';
import { firstLine, InputError } from '../../inputError.ts';
import type { ReportData } from '../../runs/reportData.ts';
import type { Prepared, PrepareOptions, Tools } from '../pipeline.ts';
import type { DenoiseConfig } from './config.ts';

/** Sounds that are kept in memory take no more than this; the others are read whenever they are asked for. */
const keptSamples = 2 ** 26;

/** The sound of one item, at the rate of the model. */
export interface Clip {
  readonly item: CorpusItem;
  samples(): Float32Array;
}

/** Clean sounds by what they are for. */
export interface SoundData extends Prepared, Readonly<Record<Part, readonly Clip[]>> {
  readonly corpus: Corpus;
  readonly skipped: ReportData['corpus']['skipped'];
}

type Settings = Pick<DenoiseConfig, 'corpus' | 'split' | 'damaged' | 'stft'>;

/** Corpus, split, sounds. Every file is read once, so that one that is damaged is found before there is a run. */
export async function prepareSounds(
  config: Settings,
  { progress, signal }: Tools,
  { everythingIsTest = false }: PrepareOptions = {},
): Promise<SoundData> {
  const corpus = openCorpus(config.corpus);
  const items = corpus.items();
  const split = everythingIsTest
    ? { train: [], validation: [], test: items }
    : splitItems(items, config.split);
  const skipped: { id: string; reason: string }[] = [];
  const show = progress.bar(`sounds of ${items.length} clips`);
  const shelf = new Shelf(config.stft.sampleRate);
  let done = 0;
  const clipsOf = (wanted: readonly CorpusItem[]): Clip[] =>
    wanted.flatMap((item) => {
      signal.throwIfAborted();
      show(++done, items.length);
      const reason = shelf.reasonAgainst(item);
      if (reason === undefined) return [{ item, samples: () => shelf.take(item) }];
      if (config.damaged === 'stop')
        throw new InputError(`sounds: damaged, ${item.id} (${reason}); leave such out by --set damaged=skip`);
      progress.note(`left out: ${item.id}, ${reason}`);
      skipped.push({ id: item.id, reason });
      return [];
    });
  const data = {
    ...{ corpus, skipped, moments: undefined },
    ...{ train: clipsOf(split.train), validation: clipsOf(split.validation), test: clipsOf(split.test) },
  };
  if (!everythingIsTest) requireSome('training', data.train);
  requireSome('the test', data.test);
  return data;
}

/** Sounds at one rate, the first ones in memory. */
class Shelf {
  private readonly kept = new Map<string, Float32Array>();
  private room = keptSamples;

  constructor(private readonly sampleRate: number) {}

  take(item: CorpusItem): Float32Array {
    const known = this.kept.get(item.id);
    if (known !== undefined) return known;
    const samples = atRate(readAudio(item.source), this.sampleRate);
    if (samples.length <= this.room) {
      this.kept.set(item.id, samples);
      this.room -= samples.length;
    }
    return samples;
  }

  /** Why an item is of no use; nothing if it is. */
  reasonAgainst(item: CorpusItem): string | undefined {
    try {
      // In silence there is no ratio of signal to noise.
      return this.take(item).every((sample) => sample === 0) ? 'there is nothing but silence' : undefined;
    } catch (error) {
      return firstLine(error);
    }
  }
}

export const atRate = ({ samples, sampleRate }: Audio, targetRate: number): Float32Array =>
  sampleRate === targetRate ? samples : resample(samples, { sourceRate: sampleRate, targetRate });

function requireSome(purpose: string, clips: readonly Clip[]): void {
  if (clips.length > 0) return;
  throw new InputError(`split: no clip is left for ${purpose}; choose another split by --set split.kind=…`);
}

/** The corpus as the report shows it. */
export function describeSounds(data: SoundData): ReportData['corpus'] {
  const { corpus, train, validation, test, skipped } = data;
  return {
    ...{ name: corpus.name, licence: corpus.licence, home: corpus.home },
    ...{ train: train.length, validation: validation.length, test: test.length },
    speakers: new Set([...train, ...validation, ...test].map(({ item }) => item.speaker)).size,
    skipped,
  };
}
