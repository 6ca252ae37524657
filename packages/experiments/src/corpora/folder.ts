import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { explainSystemError, InputError } from '../inputError.ts';
import type { CorpusItem, Part, SpeakerFacts } from './corpus.ts';
import { parseDigit } from './digit.ts';
import { type NameFields, namePattern } from './pattern.ts';
import type { Source } from './source.ts';

export interface Scan {
  /** Named in errors. */
  readonly corpus: string;
  readonly folder: string;
  readonly pattern: string;
  readonly extension: '.wav' | '.png';
  readonly source: (path: string) => Source;
  readonly facts?: (speaker: string) => SpeakerFacts | undefined;
  readonly part?: (fields: { speaker: string; take: number; path: string }) => Part | undefined;
}

const noFacts: SpeakerFacts = {};

/** The files under a folder whose names fit a pattern, as items. Nothing of them is read yet. */
export function scanFolder(scan: Scan): CorpusItem[] {
  const { corpus, folder, pattern, extension } = scan;
  const files = listFiles(corpus, folder, extension);
  if (files.length === 0) {
    throw new InputError(`${corpus}: there is no ${extension} file in the folder, ${folder}`);
  }
  const fieldsOf = namePattern(pattern);
  const takes = new Map<string, number>();
  const items = files.flatMap((path) => {
    const fields = fieldsOf(path);
    return fields === undefined ? [] : [itemOf(scan, path, fields, takes)];
  });
  if (items.length === 0) {
    throw new InputError(
      `${corpus}: no file is named ${pattern}, ${files.length} in ${folder}, as ${files[0]}`,
    );
  }
  return items;
}

function itemOf(scan: Scan, path: string, fields: NameFields, takes: Map<string, number>): CorpusItem {
  const digit = parseDigit(fields.digit);
  if (digit === undefined) {
    throw new InputError(
      `${scan.corpus}: {digit} must be 0 to 9 or zero to nine, ${fields.digit} in ${path}`,
    );
  }
  const speaker = fields.speaker ?? 'unknown';
  const kin = `${digit} ${speaker}`;
  const take = fields.take ?? takes.get(kin) ?? 0;
  takes.set(kin, take + 1);
  return {
    id: path.slice(0, -scan.extension.length),
    digit,
    speaker,
    take,
    facts: scan.facts?.(speaker) ?? noFacts,
    source: scan.source(join(scan.folder, path)),
    part: scan.part?.({ speaker, take, path }),
  };
}

/** Paths below the folder with forward slashes, sorted; hidden files are passed over. */
export function listFiles(corpus: string, folder: string, extension: string): string[] {
  requireFolder(corpus, folder);
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && entry.name.toLowerCase().endsWith(extension))
      .filter((entry) => !entry.name.startsWith('.'))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort();
  } catch (error) {
    throw explainSystemError(corpus, folder, error);
  }
}

export function requireFolder(corpus: string, folder: string): void {
  if (!existsSync(folder)) {
    throw new InputError(`${corpus}: the folder does not exist, ${folder}${fetchHint(corpus)}`);
  }
  if (!statSync(folder).isDirectory())
    throw new InputError(`${corpus}: this is a file, not a folder, ${folder}`);
}

const fetchHint = (corpus: string): string =>
  ['fsdd', 'audiomnist', 'mnist'].includes(corpus) ? ` (get it: sonograd fetch ${corpus})` : '';
