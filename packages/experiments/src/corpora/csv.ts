import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { explainSystemError, InputError } from '../inputError.ts';
import { type Corpus, type CorpusItem, makeCorpus, type Part, parts } from './corpus.ts';
import { parseDigit } from './digit.ts';

/**
 * Sounds listed in a table: a first line of column names, `path` and `label` (or `digit`), and if it likes `speaker`,
 * `take` and `part`. Paths start from the table's folder.
 */
export function openCsv(path: string): Corpus {
  return makeCorpus({ name: 'csv', licence: 'as its owner says', home: path }, () => {
    const rows = parseCsv(path, readTable(path));
    const columns = new Map((rows[0] ?? []).map((name, index) => [name.trim().toLowerCase(), index]));
    if (columns.has('digit') && !columns.has('label')) columns.set('label', columns.get('digit')!);
    for (const needed of ['path', 'label']) {
      if (!columns.has(needed)) {
        throw new InputError(
          `csv: a column named ${needed} is missing, ${[...columns.keys()].join(',')} in ${path}`,
        );
      }
    }
    if (rows.length < 2) throw new InputError(`csv: the table has no rows, ${path}`);
    return rows.slice(1).map((row, index) => itemOf(path, columns, row, index));
  });
}

function itemOf(table: string, columns: Map<string, number>, row: string[], index: number): CorpusItem {
  const value = (name: string) => row[columns.get(name) ?? -1]?.trim() || undefined;
  const place = `row ${index + 1} of ${table}`;
  const path = value('path');
  if (path === undefined) throw new InputError(`csv: the path is empty, ${place}`);
  const label = value('label') ?? '';
  const digit = parseDigit(label);
  if (digit === undefined)
    throw new InputError(`csv: label must be 0 to 9 or zero to nine, '${label}' in ${place}`);
  const take = Number(value('take') ?? index);
  if (!Number.isInteger(take))
    throw new InputError(`csv: take must be a whole number, ${value('take')} in ${place}`);
  return {
    id: `${index + 1}:${path}`,
    digit,
    speaker: value('speaker') ?? 'unknown',
    take,
    facts: {},
    source: { kind: 'wav', path: resolve(dirname(table), path) },
    part: partOf(value('part'), place),
  };
}

function partOf(name: string | undefined, place: string): Part | undefined {
  if (name === undefined) return undefined;
  const part = parts.find((part) => part === name.toLowerCase());
  if (part === undefined) throw new InputError(`csv: part must be ${parts.join(', ')}, ${name} in ${place}`);
  return part;
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw explainSystemError('csv', path, error);
  }
}

/** Commas, quotes and doubled quotes as RFC 4180 has them; empty lines are passed over. */
export function parseCsv(path: string, text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    if (match === null)
      throw new InputError(`csv: a quote is out of place, line ${lineOf(text, at)} of ${path}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push([...row, '']);
  return rows;
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split(/\r\n|\n|\r/).length;
