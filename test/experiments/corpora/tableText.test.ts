import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openCsv, parseCsv } from '../../../packages/experiments/src/corpora/csv.ts';
import { parseDigit } from '../../../packages/experiments/src/corpora/digit.ts';
import { namePattern } from '../../../packages/experiments/src/corpora/pattern.ts';
import { InputError } from '../../../packages/experiments/src/inputError.ts';
import { scratchFolder, writeFiles } from '../corporaSupport.ts';

const scratch = scratchFolder();

describe('parseCsv', () => {
  test.each([
    ['nothing', '', []],
    ['one cell', 'a', [['a']]],
    [
      'a last line with its end, and without',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['the ends of lines of three systems', 'a\r\nb\rc\nd', [['a'], ['b'], ['c'], ['d']]],
    [
      'empty lines are passed over',
      '\n\na,b\r\n\r\n1,2\n\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'empty cells are cells',
      ',\n,,',
      [
        ['', ''],
        ['', '', ''],
      ],
    ],
    ['a comma within quotes', '"a,b",c', [['a,b', 'c']]],
    ['a line that ends within quotes', '"a\r\nb",c', [['a\r\nb', 'c']]],
    ['doubled quotes', '"say ""seven""",7', [['say "seven"', '7']]],
    ['nothing within quotes', '"",x', [['', 'x']]],
    ['blanks are kept: whoever reads a cell trims it', ' a , b', [[' a ', ' b']]],
    [
      'a comma at the very end',
      'a,b\n1,',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    ['letters of any script', 'Zoë,七,🔊', [['Zoë', '七', '🔊']]],
  ])('%s', (_, text, rows) => {
    expect(parseCsv('t.csv', text)).toEqual(rows);
  });

  test.each([
    ['a quote in the midst of a word', 'a,b\n1,x"y"', 2],
    ['a quote that never closes', 'a\n"b\nc\nd', 2],
    ['a word behind the closing quote', 'a\r\nb\r\n"c"d', 3],
  ])('%s: the line is named', (_, text, line) => {
    expect(() => parseCsv('t.csv', text)).toThrow(InputError);
    expect(() => parseCsv('t.csv', text)).toThrow(`csv: a quote is out of place, line ${line} of t.csv`);
  });

  test('any table that is written with quotes is read as it was', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '7', ' ', ',', '"', '\n', '\r', 'é'), maxLength: 6 });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const written = fc.record({
      table: rows,
      newline: fc.constantFrom('\n', '\r\n', '\r'),
      end: fc.boolean(),
    });
    fc.assert(
      fc.property(written, ({ table, newline, end }) => {
        const text = table.map((row) => row.map(quoted).join(',')).join(newline) + (end ? newline : '');
        expect(parseCsv('t.csv', text)).toEqual(table);
      }),
      { numRuns: 150 },
    );
  });

  test('any text gives rows or one line that names the file', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r'), maxLength: 20 });
    fc.assert(
      fc.property(text, (noise) => {
        try {
          for (const row of parseCsv('t.csv', noise)) expect(row.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).toMatch(/^csv: a quote is out of place, line \d+ of t\.csv$/);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('openCsv', () => {
  const table = (name: string, text: string) => join(writeFiles(scratch, { [name]: text }), name);

  test('a mark at the front, blanks, capitals and quotes, from a spreadsheet', () => {
    const path = table(
      'sheet.csv',
      '\uFEFF Path , LABEL,Part,"Speaker"\r\n"a, b.wav", Seven ,TEST,"Ann ""A"""\r\n',
    );
    expect(openCsv(path).items()).toEqual([
      {
        id: '1:a, b.wav',
        digit: 7,
        speaker: 'Ann "A"',
        take: 0,
        facts: {},
        source: { kind: 'wav', path: join(scratch, 'a, b.wav') },
        part: 'test',
      },
    ]);
  });

  test('what a row leaves out: nobody in particular, the number of the row, no part', () => {
    const items = openCsv(table('short.csv', 'path,label,speaker,take,part\na.wav,1\nb.wav,1,,,\n')).items();
    expect(items.map(({ speaker, take, part }) => [speaker, take, part])).toEqual([
      ['unknown', 0, undefined],
      ['unknown', 1, undefined],
    ]);
  });

  test('label counts where digit is there as well', () => {
    expect(openCsv(table('both.csv', 'path,digit,label\na.wav,1,2\n')).items()[0]?.digit).toBe(2);
  });

  test('items are in order of digit, speaker and take, whatever the order of the rows', () => {
    const rows = ['c.wav,9,x,0', 'b.wav,1,y,3', 'a.wav,1,y,20', 'd.wav,1,x,7'];
    const items = openCsv(table('order.csv', `path,label,speaker,take\n${rows.join('\n')}`)).items();
    expect(items.map(({ id }) => id)).toEqual(['4:d.wav', '2:b.wav', '3:a.wav', '1:c.wav']);
  });

  test.each([
    ['path,label\n,3', 'csv: the path is empty, row 1 of '],
    ['path,label\na.wav,1\nb.wav,ten', "csv: label must be 0 to 9 or zero to nine, 'ten' in row 2 of "],
    ['path,label\na.wav', "csv: label must be 0 to 9 or zero to nine, '' in row 1 of "],
    ['path,label,take\na.wav,1,0.5', 'csv: take must be a whole number, 0.5 in row 1 of '],
    ['path,label,part\na.wav,1,dev', 'csv: part must be train, validation, test, dev in row 1 of '],
    ['file,label\na.wav,1', 'csv: a column named path is missing, file,label in '],
    ['path,word\na.wav,1', 'csv: a column named label is missing, path,word in '],
    ['path,label\n', 'csv: the table has no rows, '],
  ])('%j: one line that names the table', (text, message) => {
    const path = table('bad.csv', text);
    expect(() => openCsv(path).items()).toThrow(new InputError(message + path));
  });
});

describe('namePattern', () => {
  const fields = (pattern: string, path: string) => {
    const found = namePattern(pattern)(path);
    return found && [found.digit, found.speaker, found.take];
  };

  test.each([
    ['{digit}_{speaker}_{take}.wav', '7_theo_12.wav', ['7', 'theo', 12]],
    ['{digit}_{speaker}_{take}.wav', 'any/where/7_theo_12.WAV', ['7', 'theo', 12]],
    ['{digit}_{speaker}_{take}.wav', '7_van_der_berg_007.wav', ['7', 'van_der_berg', 7]],
    ['{digit}_{speaker}_{take}.wav', '17_theo_1.wav', undefined],
    ['{digit}_{speaker}_{take}.wav', '7_theo.wav', undefined],
    ['{speaker}/{digit}.wav', 'clips/ann/three.wav', ['three', 'ann', undefined]],
    ['{speaker}/{digit}.wav', 'three.wav', undefined],
    ['{digit}{*}.wav', '4-loud (2).wav', ['4', undefined, undefined]],
    ['{*}{digit}.wav', 'no/4.wav', ['4', undefined, undefined]],
    ['{speaker}/{digit}_{speaker}.wav', 'ann/4_ann.wav', ['4', 'ann', undefined]],
    ['{speaker}/{digit}_{speaker}.wav', 'ann/4_bob.wav', undefined],
    ['{digit}+(a).wav', '4+(a).wav', ['4', undefined, undefined]],
    ['{digit}.wav', '4xwav', undefined],
    ['', '', 'must contain {digit}'],
    ['{speaker}.wav', 'ann.wav', 'must contain {digit}'],
    ['{digit}_{name}.wav', '1_a.wav', 'fields are {digit}, {speaker}, {take}, {*}, {name} in'],
  ])('%j reads %j', (pattern, path, expected) => {
    if (typeof expected === 'string') expect(() => namePattern(pattern)).toThrow(expected);
    else expect(fields(pattern, path)).toEqual(expected);
  });

  test('names that were made by a pattern are read back, wherever they lie', () => {
    const name = fc.record({
      digit: fc.integer({ min: 0, max: 9 }),
      speaker: fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', ' ', '(', '7', '_'), minLength: 1 }),
      take: fc.nat(999),
      above: fc.constantFrom('', 'x/', 'deep/er_1/', '/top/'),
    });
    fc.assert(
      fc.property(name, ({ digit, speaker, take, above }) => {
        const path = `${above}${digit}_${speaker}_${take}.wav`;
        expect(fields('{digit}_{speaker}_{take}.wav', path)).toEqual([String(digit), speaker, take]);
      }),
    );
  });
});

test.each([
  ['0', 0],
  [' nine ', 9],
  ['Four', 4],
  ['10', undefined],
  ['-1', undefined],
  ['٣', undefined],
  ['fourth', undefined],
  ['', undefined],
])('parseDigit of %j', (text, digit) => {
  expect(parseDigit(text)).toBe(digit);
});
