import { milliseconds } from './card.ts';
import type { GraphDescription, GraphNode, GraphPreview } from './description.ts';
import { pageScript } from './pageScript.ts';
import { pageStyle } from './pageStyle.ts';
import { escapeMarkup, type GraphPictureOptions, summary, toSvg } from './toSvg.ts';

/** One file that shows the graph and lets a reader follow a value through it; it loads nothing. */
export function toHtml(graph: GraphDescription, options: GraphPictureOptions = {}): string {
  const title = escapeMarkup(options.title ?? 'Recorded graph');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>${summary(graph)}. Point at a node to see what it was made of and what it flows into; click to keep it.</p>
<ul class="legend">
<li class="leaf">tensor from outside</li><li class="parameter">parameter</li><li class="op">op</li>
<li class="upstream">what it was made of</li><li class="downstream">what it flows into</li>
</ul>
</header>
<main>
<div class="picture" tabindex="0" role="region" aria-label="Picture of the graph">
${toSvg(graph, options)}</div>
<aside aria-live="polite" id="details"><p class="hint">No node chosen.</p></aside>
</main>
<details>
<summary>The same as a table</summary>
${nodeTable(graph)}
</details>
<script>${pageScript}</script>
</body>
</html>
`;
}

/** The table is what a screen reader reads, and where the page takes the details of a chosen node from. */
function nodeTable({ nodes, edges }: GraphDescription): string {
  const titles = new Map(nodes.map((node) => [node.id, escapeMarkup(node.name ?? node.op)]));
  const inputs = new Map<number, number[]>(nodes.map(({ id }) => [id, []]));
  for (const { from, to } of edges.toSorted((a, b) => a.input - b.input)) inputs.get(to)?.push(from);
  const rows = nodes.map((node) => {
    const made = (inputs.get(node.id) ?? [])
      .map((id) => `<a href="#row${id}">${titles.get(id)} (${id})</a>`)
      .join(', ');
    const cells = [
      node.name ?? '',
      node.op,
      node.kind,
      `[${node.shape.join(', ')}] ${node.dtype}`,
      ...measured(node),
    ];
    const plain = cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join('');
    return `<tr id="row${node.id}" data-id="${node.id}"><th scope="row">${node.id}</th>${plain}<td>${made}</td></tr>`;
  });
  const heads = [
    'node',
    'name',
    'op',
    'kind',
    'shape',
    'needs gradient',
    'data',
    'grad',
    'time',
    'source',
    'made of',
  ];
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

function measured(node: GraphNode): string[] {
  const time = node.milliseconds === undefined ? '' : milliseconds(node.milliseconds);
  return [
    node.requiresGrad ? 'yes' : 'no',
    wholeText(node.data),
    wholeText(node.grad),
    time,
    node.source ?? '',
  ];
}

function wholeText(preview: GraphPreview | undefined): string {
  if (preview === undefined) return '';
  return typeof preview === 'string' ? preview : preview.join(', ');
}
