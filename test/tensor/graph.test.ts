import { describe, expect, test } from 'vitest';
import { previewText } from '../../packages/tensor/src/graph/card.ts';
import { toDot } from '../../packages/tensor/src/graph/toDot.ts';
import { toHtml } from '../../packages/tensor/src/graph/toHtml.ts';
import { toMermaid } from '../../packages/tensor/src/graph/toMermaid.ts';
import { toSvg } from '../../packages/tensor/src/graph/toSvg.ts';
import { chain, graphOf, hostile, small } from './graphGolden.ts';

const exporters = { toDot, toMermaid, toSvg, toHtml };

describe.each(Object.entries(exporters))('%s', (name, exporter) => {
  test('the same graph gives the same text', () => {
    expect(exporter(structuredClone(small))).toBe(exporter(small));
  });

  test('an empty graph and a lone node', () => {
    expect(exporter({ nodes: [], edges: [] }).length).toBeGreaterThan(10);
    expect(exporter(chain(1))).toContain('op0');
  });

  test('names every op', () => {
    const text = exporter(small);
    for (const word of ['matmul', 'mul', 'sum', 'loss', '[2, 8] float32', 'freed', '0.5 ms']) {
      expect(text.replaceAll('#91;', '[')).toContain(word);
    }
  });

  test('a chain of 10,000 ops does not overflow', () => {
    expect(exporter(chain(10_000))).toContain('op9999');
  });

  test('descriptions that contradict themselves are refused', () => {
    const twice = { nodes: [small.nodes[0], small.nodes[0]], edges: [] };
    expect(() => exporter(twice)).toThrow(`two nodes have the id 0`);
    const missing = { nodes: small.nodes, edges: [{ from: 0, to: 99, input: 0 }] };
    expect(() => exporter(missing)).toThrow(/^to\w+: edge 0 -> 99 names no node 99$/);
    if (name === 'toSvg' || name === 'toHtml') {
      expect(() => exporter(graphOf([[1], [0]]))).toThrow('graph: edges form a cycle');
    }
  });
});

test('toDot, line by line', () => {
  const graph = { nodes: [small.nodes[0], small.nodes[4]], edges: [{ from: 0, to: 4, input: 0 }] };
  expect(toDot(graph).split('\n').slice(3, -2)).toEqual([
    '  n0 [label="x (tensor)\\lshape [2] float32\\ldata [1, -2]\\l", fillcolor="#eaeef2"];',
    '  n4 [label="loss (sum)\\lshape [] float32\\ldata 2.5\\lgrad 1\\l", fillcolor="#ddf4ff"];',
    '  n0 -> n4 [headlabel="0"];',
  ]);
});

test('toMermaid, line by line', () => {
  const graph = { nodes: [small.nodes[0], small.nodes[4]], edges: [{ from: 0, to: 4, input: 0 }] };
  expect(toMermaid(graph).split('\n').slice(0, 4)).toEqual([
    'flowchart TD',
    '  n0(["<b>x (tensor)</b><br/>shape [2] float32<br/>data [1, -2]"]):::leaf',
    '  n4["<b>loss (sum)</b><br/>shape [] float32<br/>data 2.5<br/>grad 1"]:::op',
    '  n0 -->|0| n4',
  ]);
});

describe('texts that try to break out stay texts', () => {
  test('toDot', () => {
    const [line] = toDot(hostile).split('\n').slice(3, -2);
    expect(line.replace(/\\./g, '').match(/"/g)).toHaveLength(4);
  });

  test('toMermaid', () => {
    const [line] = toMermaid(hostile).split('\n').slice(1);
    expect(line.match(/"/g)).toHaveLength(2);
    expect(line.replace(/<\/?b>|<br\/>/g, '')).not.toMatch(/[<>`\\]/);
  });

  test('toSvg and toHtml', () => {
    expect(toSvg(hostile)).not.toContain('<script');
    const page = toHtml(hostile, { title: '</title><script>alert(2)</script>' });
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toContain('alert(1)</script>');
  });
});

describe('toSvg', () => {
  test('is well-formed', () => {
    for (const graph of [small, hostile, chain(5)]) expect(openTags(toSvg(graph))).toEqual([]);
  });

  test('has every node with its lines and every edge with its ends', () => {
    const svg = toSvg(small, { title: 'A lesson' });
    expect(svg).toContain('aria-label="A lesson: 3 ops, 1 parameter, 1 other tensor"');
    expect(svg.match(/class="node /g)).toHaveLength(5);
    expect(svg.match(/class="edge"/g)).toHaveLength(5);
    expect(svg).toContain('data-from="1" data-to="2"');
    expect(svg).toContain('[0.1235, 1e-9, 3, 4, …]');
    expect(svg).toContain('[1, 0, NaN, Infinity, …]');
    expect(svg).toContain('…ath/to/the/lesson/train.ts:12');
  });

  test('numbers the operands where there are several', () => {
    expect(toSvg(small).match(/<\/path>|<text x="[\d.]+" y="[\d.]+">\d<\/text>/g)).toHaveLength(4);
  });

  test('bars compare the times', () => {
    const widths = [...toSvg(small).matchAll(/class="bar".*? width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths).toHaveLength(2);
    expect(widths[1] / widths[0]).toBeGreaterThan(1.5);
  });

  test('loads nothing and knows both colour schemes', () => {
    const svg = toSvg(small);
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|@import|url\((?!#)/);
    expect(svg).toContain('prefers-color-scheme: dark');
  });
});

describe('toHtml', () => {
  test('loads nothing', () => {
    const page = toHtml(small).replace('http://www.w3.org/2000/svg', '');
    expect(page).not.toMatch(/https?:|@import|<link|<iframe|src=|url\((?!#)/);
    expect([...page.matchAll(/href="(.)/g)].every(([, first]) => first === '#')).toBe(true);
  });

  test('holds the whole picture and a table with all that is known', () => {
    const page = toHtml(small, { title: 'A lesson' });
    expect(page).toContain('<title>A lesson</title>');
    expect(page).toContain(toSvg(small, { title: 'A lesson' }));
    expect(page).toContain('<tr id="row1" data-id="1">');
    expect(page).toContain('<td>a/very/long/path/to/the/lesson/train.ts:12</td>');
    expect(page).toContain('<td><a href="#row0">x (0)</a>, <a href="#row1">w (1)</a></td>');
    expect(page.match(/<tr id/g)).toHaveLength(5);
  });

  test('as many cells in every row as heads', () => {
    const [head, ...rows] = toHtml(small).match(/<tr.*<\/tr>/g)!;
    const cells = (row: string) => (row.match(/<t[hd][ >]/g) ?? []).length;
    expect(rows.map(cells)).toEqual(rows.map(() => cells(head)));
  });
});

test('previews', () => {
  expect(previewText([1, 2, 3], [3])).toBe('[1, 2, 3]');
  expect(previewText([1, 2, 3, 4, 5], [9])).toBe('[1, 2, 3, 4, …]');
  expect(previewText([1, 2], [9])).toBe('[1, 2, …]');
  expect(previewText([-0.00012345678], [])).toBe('-0.0001235');
  expect(previewText([], [0])).toBe('[]');
  expect(previewText('freed', [3])).toBe('freed');
  expect(previewText('tensor([[1],\n  [2]])', [2, 1])).toBe('[[1], [2]]');
});

/** The elements that are opened and never closed, or closed out of turn. */
function openTags(markup: string): string[] {
  const open: string[] = [];
  for (const [, closing, name, selfClosing] of markup.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (selfClosing) continue;
    if (!closing) open.push(name);
    else if (open.pop() !== name) open.push(`/${name}`);
  }
  return open;
}
