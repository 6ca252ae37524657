import { createHash } from 'node:crypto';
import { digestOf, type Source } from './source.ts';

/** What a corpus may know of who speaks. */
export interface SpeakerFacts {
  readonly gender?: string;
  readonly age?: number;
  readonly accent?: string;
  /** Known of invented speakers alone. */
  readonly pitchHz?: number;
  readonly nativeSpeaker?: boolean;
  readonly origin?: string;
  readonly room?: string;
  readonly recorded?: string;
}

export const parts = ['train', 'validation', 'test'] as const;
export type Part = (typeof parts)[number];

/** One spoken digit. The sound stays where it is until `readAudio(item.source)`. */
export interface CorpusItem {
  /** Unique within the corpus. */
  readonly id: string;
  /** 0 to 9. */
  readonly digit: number;
  readonly speaker: string;
  /** Which of this speaker's recordings of this digit. */
  readonly take: number;
  readonly facts: SpeakerFacts;
  readonly source: Source;
  /** Where the corpus's authors put it; undefined where they did not say. */
  readonly part: Part | undefined;
}

export interface Corpus {
  readonly name: string;
  readonly licence: string;
  /** Where it comes from: an address, or a few words. */
  readonly home: string;
  /** Every item, in order of digit, speaker and take, whatever order the disk has. */
  items(): readonly CorpusItem[];
  /** SHA-256 over the names and contents of all items. */
  checksum(): string;
}

/** A corpus from its items, which are listed once, when first asked for. */
export function makeCorpus(
  about: { name: string; licence: string; home: string },
  list: () => CorpusItem[],
): Corpus {
  let listed: readonly CorpusItem[] | undefined;
  const items = () => {
    listed ??= list().sort(inOrder);
    return listed;
  };
  return { ...about, items, checksum: () => checksumOf(items()) };
}

function checksumOf(items: readonly CorpusItem[]): string {
  const hash = createHash('sha256');
  for (const item of items) hash.update(`${item.id} ${digestOf(item.source)}\n`);
  return hash.digest('hex');
}

function inOrder(a: CorpusItem, b: CorpusItem): number {
  return a.digit - b.digit || compareText(a.speaker, b.speaker) || a.take - b.take || compareText(a.id, b.id);
}

/** By code units: the same on every machine, whatever its language. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
