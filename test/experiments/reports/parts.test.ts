import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { figure, measure, percent, words } from '../../../packages/experiments/src/reports/format.ts';
import { escapeText, html } from '../../../packages/experiments/src/reports/html.ts';
import { pictureUri, rangeOf, sharedRange } from '../../../packages/experiments/src/reports/picture.ts';
import { remark } from '../../../packages/experiments/src/reports/sections/models.ts';
import { table } from '../../../packages/experiments/src/reports/sections/table.ts';

describe('html', () => {
  test('escapes text, keeps markup, leaves out what is absent', () => {
    const bold = html`<b>${'<'}</b>`;
    expect(html`${bold}${'&'}${3}${undefined}${false}${['"', bold]}`.text).toBe(
      '<b>&lt;</b>&amp;3&quot;<b>&lt;</b>',
    );
  });

  test('no text comes through with a sign that means something', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = escapeText(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(readBack(escaped)).toBe(text);
      }),
      { numRuns: 100 },
    );
  });
});

const signs: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const readBack = (text: string): string =>
  text.replaceAll(/&([a-z]+|#39);/g, (_, name: string) => signs[name] ?? '');

describe('figures', () => {
  test.each([
    [1234567, '1,234,567'],
    [0.123456, '0.1235'],
    [0.00001234, '1.23e-5'],
    [-2.5, '-2.5'],
    [0, '0'],
    [Number.NaN, 'NaN'],
    [1234567.8, '1.23e+6'],
  ])('%d is %s', (value, text) => expect(figure(value)).toBe(text));

  test.each([
    ['testAccuracy', 0.5, '50.0 %'],
    ['testMse', 0.5, '0.5'],
    ['accuracyGain', -0.5, '-0.5'],
  ])('%s of %d is %s', (name, value, text) => expect(measure(name, value)).toBe(text));

  test.each([
    ['testMacroF1', 'test macro F1'],
    ['meanImageMse', 'mean image MSE'],
    ['loss', 'loss'],
  ])('%s in words: %s', (name, text) => expect(words(name)).toBe(text));

  test('percent', () => expect(percent(0.1234)).toBe('12.3 %'));
});

describe('pictures', () => {
  const picture = { bins: 1, frames: 3, data: [-80, -20, 0] };

  test('a picture of one kind is drawn by the range of the first', () => {
    const first = rangeOf(picture);
    expect(first).toEqual({ low: -80, high: 0 });
    expect(sharedRange({ ...picture, data: [-70, -20, 5] }, first)).toBe(first);
  });

  test('a mask beside decibels has a range of its own', () => {
    const mask = { ...picture, data: [0, 0.5, 1] };
    expect(sharedRange(mask, rangeOf(picture))).toEqual({ low: 0, high: 1 });
  });

  test('is a PNG of its bins and frames', async () => {
    const uri = await pictureUri({ bins: 2, frames: 3, data: [0, 1, 2, 3, 4, 5] }, { low: 0, high: 5 });
    const bytes = Buffer.from(uri.slice('data:image/png;base64,'.length), 'base64');
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([3, 2]);
  });
});

describe('tables', () => {
  test('heads have scopes, the region can be reached by keys', () => {
    const { text } = table({
      caption: 'Scores',
      head: ['who', 'clips'],
      rows: [['a', 1200]],
      foot: ['all', 1200],
    });
    expect(text.match(/scope="col"/g)).toHaveLength(2);
    expect(text.match(/scope="row"/g)).toHaveLength(2);
    expect(text).toContain('<caption>Scores</caption>');
    expect(text).toContain('role="region" aria-label="Scores" tabindex="0"');
    expect(text).toContain('<td>1,200</td>');
  });
});

describe('remarks on layers', () => {
  const statistics = { mean: 0, deviation: 1, deadShare: 0, edges: [0, 1], counts: [1] };
  const layer = { model: 'm', name: 'one', layer: 'ReLU', output: statistics, gradient: statistics };

  test.each([
    ['', layer],
    ['most units are dead', { ...layer, output: { ...statistics, deadShare: 0.6 } }],
    ['always the same', { ...layer, output: { ...statistics, deviation: 0 } }],
    ['no gradient comes back', { ...layer, gradient: { ...statistics, deviation: 0 } }],
    ['the gradient explodes', { ...layer, gradient: { ...statistics, deviation: 1e4 } }],
    ['', { ...layer, gradient: null }],
  ])('%s', (words, one) => expect(remark(one)).toBe(words));
});
