import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCsv } from '../../../packages/experiments/src/corpora/csv.ts';
import { digitNames, parseDigit } from '../../../packages/experiments/src/corpora/digit.ts';
import { namePattern } from '../../../packages/experiments/src/corpora/pattern.ts';

describe('parseDigit', () => {
  test('figures and words', () => {
    expect(digitNames.map(parseDigit)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([' seven', 'NINE', 'zero '].map(parseDigit)).toEqual([7, 9, 0]);
  });

  test.each(['', '10', '-1', 'oh', 'sevens', '٣'])('%j is none', (text) => {
    expect(parseDigit(text)).toBeUndefined();
  });
});

describe('namePattern', () => {
  const fsdd = namePattern('{digit}_{speaker}_{take}.wav');

  test('reads the name, whatever folders lie above', () => {
    const expected = { digit: '7', speaker: 'jackson', take: 32 };
    expect(fsdd('7_jackson_32.wav')).toEqual(expected);
    expect(fsdd('a/b.c/7_jackson_32.wav')).toEqual(expected);
    expect(fsdd('7_jackson_32.WAV')).toEqual(expected);
    expect(fsdd('seven_mary ann_3.wav')).toEqual({ digit: 'seven', speaker: 'mary ann', take: 3 });
  });

  test.each(['7_jackson.wav', '7_jackson_x.wav', '7_jackson_3.wav.bak', 'x7_jackson_3_wav', '77_j_1.wav'])(
    '%s does not fit',
    (name) => {
      expect(fsdd(name)).toBeUndefined();
    },
  );

  test('a field that is mentioned twice says the same twice', () => {
    const pattern = namePattern('{speaker}/{digit}_{speaker}_{take}.wav');
    expect(pattern('data/03/5_03_11.wav')).toEqual({ digit: '5', speaker: '03', take: 11 });
    expect(pattern('data/03/5_04_11.wav')).toBeUndefined();
  });

  test('what the pattern leaves out is undefined, {*} is anything', () => {
    const pattern = namePattern('{digit}/{*}.wav');
    expect(pattern('four/anything at all.wav')).toEqual({
      digit: 'four',
      speaker: undefined,
      take: undefined,
    });
  });

  test('what stands between fields is taken literally', () => {
    const pattern = namePattern('a+({digit}).[x]{take}$.wav');
    expect(pattern('a+(3).[x]12$.wav')).toMatchObject({ digit: '3', take: 12 });
    expect(pattern('aa(3)zx12$.wav')).toBeUndefined();
  });

  test('any name is read back', () => {
    const word = fc.stringMatching(/^[a-z0-9-]{1,8}$/);
    fc.assert(
      fc.property(fc.nat(9), word, fc.nat(99), word, (digit, speaker, take, folder) => {
        expect(fsdd(`${folder}/${digit}_${speaker}_${take}.wav`)).toEqual({
          digit: `${digit}`,
          speaker,
          take,
        });
      }),
    );
  });

  test.each([
    ['{speaker}.wav', 'the pattern must contain {digit}, "{speaker}.wav"'],
    ['{digit}{sex}.wav', 'fields are {digit}, {speaker}, {take}, {*}, {sex} in {digit}{sex}.wav'],
  ])('refuses %s', (pattern, message) => {
    expect(() => namePattern(pattern)).toThrow(`namePattern: ${message}`);
  });
});

describe('parseCsv', () => {
  const parse = (text: string) => parseCsv('t.csv', text);

  test('plain, quoted, with line ends of every kind', () => {
    expect(parse('a,b\n1,2\n')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(parse('a,"b, c"\r\n"say ""hi""",\r\n\r\nx,y')).toEqual([
      ['a', 'b, c'],
      ['say "hi"', ''],
      ['x', 'y'],
    ]);
    expect(parse('"two\nlines",1\r2,3')).toEqual([
      ['two\nlines', '1'],
      ['2', '3'],
    ]);
    expect(parse('a,b,')).toEqual([['a', 'b', '']]);
    expect(parse('')).toEqual([]);
  });

  test('reads what RFC 4180 would write', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é') });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(table, (rows) => {
        const quoted = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
        expect(parse(`${quoted.join('\r\n')}\r\n`)).toEqual(rows);
      }),
    );
  });

  test('a quote out of place is named with its line', () => {
    expect(() => parse('a,b\nc,d"e\n')).toThrow('csv: a quote is out of place, line 2 of t.csv');
    expect(() => parse('a,"b')).toThrow('csv: a quote is out of place, line 1 of t.csv');
  });
});
