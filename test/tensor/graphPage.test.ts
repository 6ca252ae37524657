import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, test } from 'vitest';
import { pageScript } from '../../packages/tensor/src/graph/pageScript.ts';
import { toHtml } from '../../packages/tensor/src/graph/toHtml.ts';
import { small } from './graphGolden.ts';

/** As much of a browser's element as the page's script uses. */
class FakeElement {
  readonly classes = new Set<string>();
  readonly attributes = new Map<string, string>();
  readonly dataset: Record<string, string>;
  readonly listeners = new Map<string, (event: object) => void>();
  children: FakeElement[] = [];
  innerHTML = 'nothing';
  textContent = '';

  constructor(dataset: Record<string, string> = {}) {
    this.dataset = dataset;
  }

  readonly classList = {
    add: (...names: string[]) => this.mark(names, true),
    remove: (...names: string[]) => this.mark(names, false),
    toggle: (name: string, on: boolean) => this.mark([name], on),
  };

  private mark(names: string[], on: boolean): void {
    for (const name of names) {
      if (on) this.classes.add(name);
      else this.classes.delete(name);
    }
  }

  querySelectorAll(_selector: string): FakeElement[] {
    return [];
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }
  addEventListener(name: string, listener: (event: object) => void): void {
    this.listeners.set(name, listener);
  }
  append(...children: FakeElement[]): void {
    this.children.push(...children);
  }
  replaceChildren(...children: FakeElement[]): void {
    this.children = children;
    this.innerHTML = '';
  }
  fire(name: string, event: object = {}): void {
    this.listeners.get(name)?.({ stopPropagation() {}, preventDefault() {}, ...event });
  }
}

let nodes: FakeElement[] = [];
let edges: FakeElement[] = [];
let details = new FakeElement();
let page = new FakeElement();

/** The elements that the page of `small` would have. */
beforeEach(() => {
  const html = toHtml(small);
  nodes = [...html.matchAll(/<g class="node [^>]*data-id="(\d+)"/g)].map(([, id]) => new FakeElement({ id }));
  edges = [...html.matchAll(/class="edge" data-from="(\d+)" data-to="(\d+)"/g)].map(
    ([, from, to]) => new FakeElement({ from, to }),
  );
  details = new FakeElement();
  page = new FakeElement();
  const svg = new FakeElement();
  svg.querySelectorAll = (selector) => (selector === '.node' ? nodes : edges);
  const [head, cell] = [new FakeElement(), new FakeElement()];
  [head.textContent, cell.textContent] = ['name', 'w'];
  const row = new FakeElement();
  row.children = [cell];
  const document = Object.assign(page, {
    querySelector: () => svg,
    querySelectorAll: () => [head],
    getElementById: (id: string) => (id === 'details' ? details : row),
    createElement: () => new FakeElement(),
  });
  runInNewContext(pageScript, { document, Map, Set });
});

describe('following a value', () => {
  test('pointing at a node lights what it was made of and what it flows into', () => {
    node(2).fire('pointerenter');
    expect(marked(edges, 'upstream')).toEqual(['0>2', '1>2']);
    expect(marked(edges, 'downstream')).toEqual(['2>3', '2>3', '3>4']);
    expect(marked(nodes, 'on')).toEqual(['0', '1', '2', '3', '4']);
    node(2).fire('pointerleave');
    expect(marked([...nodes, ...edges], 'on')).toEqual([]);
  });

  test('only its own path is lit', () => {
    node(0).fire('pointerenter');
    expect(marked(nodes, 'on')).toEqual(['0', '2', '3', '4']);
    expect(marked(edges, 'upstream')).toEqual([]);
  });

  test('a click keeps it until the next click, Enter or Escape', () => {
    node(1).fire('click');
    node(3).fire('pointerenter');
    expect(marked(nodes, 'chosen')).toEqual(['1']);
    node(1).fire('pointerleave');
    expect(marked(nodes, 'chosen')).toEqual(['1']);
    page.fire('keydown', { key: 'Escape' });
    expect(marked(nodes, 'chosen')).toEqual([]);
    node(4).fire('keydown', { key: 'Enter' });
    expect(marked(nodes, 'chosen')).toEqual(['4']);
    expect(node(4).attributes.get('aria-current')).toBe('true');
  });

  test('the details come from the table', () => {
    node(1).fire('focus');
    expect(details.children[0].children.map(({ textContent }) => textContent)).toEqual(['name', 'w']);
    page.fire('keydown', { key: 'Escape' });
    expect(details.innerHTML).toBe('nothing');
  });

  test('nodes can be reached and named without a mouse', () => {
    for (const each of nodes) {
      expect(each.attributes.get('tabindex')).toBe('0');
      expect(each.attributes.get('role')).toBe('button');
      expect(each.attributes.has('aria-label')).toBe(true);
    }
  });
});

function node(id: number): FakeElement {
  return nodes.find(({ dataset }) => dataset.id === `${id}`)!;
}

function marked(elements: FakeElement[], name: string): string[] {
  const found = elements.filter(({ classes }) => classes.has(name));
  return found.map(({ dataset }) => dataset.id ?? `${dataset.from}>${dataset.to}`).sort();
}
