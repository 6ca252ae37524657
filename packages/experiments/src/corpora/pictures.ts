import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { InputError } from '../inputError.ts';
import { type Corpus, type CorpusItem, makeCorpus, type Part } from './corpus.ts';
import { parseDigit } from './digit.ts';
import { listFiles, requireFolder } from './folder.ts';

/**
 * Spectrograms as PNG files: time to the right, frequency upwards, any width. Whatever lies below a folder whose name
 * begins with `Train`, `Valid` or `Test` belongs to that part. The digit is the name of the file's folder, or what the
 * file's name begins with.
 */
export function openPictures(folder: string): Corpus {
  return makeCorpus({ name: 'pictures', licence: 'as its owner says', home: folder }, () => {
    requireFolder('pictures', folder);
    const paths = listFiles('pictures', folder, '.png');
    if (paths.length === 0) {
      const inside = readdirSync(folder).slice(0, 3).join(', ') || 'nothing';
      throw new InputError(`pictures: there is no .png file in the folder, ${inside} in ${folder}`);
    }
    return paths.map((path) => itemOf(folder, path));
  });
}

function itemOf(folder: string, path: string): CorpusItem {
  const name = basename(path).slice(0, -'.png'.length);
  const [first = '', speaker, take] = name.split('_');
  const digit = parseDigit(basename(dirname(path))) ?? parseDigit(first) ?? parseDigit(name.slice(0, 1));
  if (digit === undefined) {
    throw new InputError(
      `pictures: neither the folder nor the start of the name is a digit, ${path} in ${folder}`,
    );
  }
  return {
    id: path.slice(0, -'.png'.length),
    digit,
    speaker: speaker ?? 'unknown',
    take: take !== undefined && /^\d+$/.test(take) ? Number(take) : 0,
    facts: {},
    source: { kind: 'picture', path: `${folder}/${path}` },
    part: partOf(path),
  };
}

function partOf(path: string): Part | undefined {
  for (const name of path.split('/').slice(0, -1)) {
    const part = name.match(/^(train|valid|test)/i)?.[1]?.toLowerCase();
    if (part !== undefined) return part === 'valid' ? 'validation' : (part as Part);
  }
  return undefined;
}
