import { describe, expect, test } from 'vitest';
import { cardOf, milliseconds } from '../../packages/tensor/src/graph/card.ts';
import type { GraphNode } from '../../packages/tensor/src/graph/description.ts';
import { pageStyle } from '../../packages/tensor/src/graph/pageStyle.ts';
import { colours, darkColours } from '../../packages/tensor/src/graph/svgStyle.ts';
import { toHtml } from '../../packages/tensor/src/graph/toHtml.ts';
import { escapeMarkup, summary } from '../../packages/tensor/src/graph/toSvg.ts';
import { chain, hostile, small } from './graphGolden.ts';

const bare: GraphNode = { id: 1, kind: 'op', op: 'add', shape: [], dtype: 'int32', requiresGrad: false };

describe('cards', () => {
  test('say what is known and no more', () => {
    expect(cardOf(bare)).toEqual({
      title: 'add',
      subtitle: '',
      lines: [{ label: 'shape', text: '[] int32' }],
    });
    const labels = cardOf({ ...bare, data: [1], grad: [2], milliseconds: 0.1234567, source: 'a.ts:3' }).lines;
    expect(labels.map(({ label, text }) => `${label} ${text}`)).toEqual([
      'shape [] int32',
      'data 1',
      'grad 2',
      'time 0.1235 ms',
      'from a.ts:3',
    ]);
  });

  test('a name comes before the op, unless it says the same', () => {
    expect(cardOf({ ...bare, name: 'total' })).toMatchObject({ title: 'total', subtitle: 'add' });
    expect(cardOf({ ...bare, name: 'add' })).toMatchObject({ title: 'add', subtitle: '' });
  });

  test('long texts lose their end, long paths their beginning', () => {
    const { lines } = cardOf({ ...bare, data: 'abcdefghij', source: '/home/lesson.ts:7' }, 8);
    expect(lines.slice(1).map(({ text }) => text)).toEqual(['abcdefg…', '…on.ts:7']);
    expect(cardOf({ ...bare, data: 'abcdefgh' }, 8).lines[1].text).toBe('abcdefgh');
  });

  test('times keep four digits', () => {
    expect([0, 0.000123456, 12.3456, 123456].map(milliseconds)).toEqual([
      '0 ms',
      '0.0001235 ms',
      '12.35 ms',
      '123500 ms',
    ]);
  });
});

describe('words around a picture', () => {
  test('the summary counts, in singular and plural', () => {
    expect(summary(small)).toBe('3 ops, 1 parameter, 1 other tensor');
    expect(summary({ nodes: [], edges: [] })).toBe('0 ops, 0 parameters, 0 other tensors');
    expect(summary(chain(2))).toBe('1 op, 0 parameters, 1 other tensor');
  });

  test('markup is escaped for text and for attributes', () => {
    expect(escapeMarkup(`<a href="x" id='y'>&`)).toBe('&#60;a href=&#34;x&#34; id=&#39;y&#39;&#62;&#38;');
  });
});

describe('colours', () => {
  const names = (text: string) => [...text.matchAll(/(--\w+):/g)].map(([, name]) => name).sort();

  test('the dark scheme names the same as the light one', () => {
    expect(names(darkColours)).toEqual(names(colours));
  });

  test('every colour in use has a name', () => {
    const used = [...pageStyle.matchAll(/var\((--\w+)\)/g)].map(([, name]) => name);
    expect(used.filter((name) => !names(colours).includes(name))).toEqual([]);
  });

  test.each([
    ['light', colours],
    ['dark', darkColours],
  ])('text has a contrast of 4.5 or more in the %s scheme', (_, scheme) => {
    const colour = Object.fromEntries(
      [...scheme.matchAll(/--(\w+): #(\w{6})/g)].map(([, name, hex]) => [name, luminance(hex)]),
    );
    for (const text of ['ink', 'faint', 'grad', 'op']) {
      for (const ground of ['paper', 'card'])
        expect(contrast(colour[text], colour[ground])).toBeGreaterThan(4.5);
    }
  });
});

describe('the page without a mouse or a picture', () => {
  test('has a language, a title, a heading, named regions and table heads', () => {
    const page = toHtml(small, { title: 'A lesson' });
    for (const part of [
      '<html lang="en">',
      '<h1>A lesson</h1>',
      'role="region" aria-label="Picture of the graph"',
      'aria-live="polite"',
      '<th scope="col">shape</th>',
      '<th scope="row">0</th>',
    ]) {
      expect(page).toContain(part);
    }
  });

  test('the table holds whole values, and hostile ones as text', () => {
    expect(toHtml(small)).toContain('<td>0.123456, 1e-9, 3, 4, 5, 6</td>');
    const rows = toHtml(hostile).match(/<tr id[\s\S]*?<\/tr>/g)!;
    expect(rows).toHaveLength(1);
    expect(rows[0].match(/<(?!\/?t[rhd]\b)/g)).toBeNull();
  });
});

/** Relative luminance and contrast as WCAG 2.1 defines them. */
function luminance(hex: string): number {
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
