import { type GraphDescription, type GraphNodeKind, requireDrawable } from './description.ts';
import {
  CARD_PADDING,
  HEADING_HEIGHT,
  LABEL_WIDTH,
  LINE_HEIGHT,
  layOut,
  type PlacedEdge,
  type PlacedNode,
  type Point,
} from './layout.ts';
import { svgStyle } from './svgStyle.ts';

export interface GraphPictureOptions {
  title?: string;
}

/** A picture of the graph that stands on its own, in the light or dark colours of whoever looks at it. */
export function toSvg(graph: GraphDescription, options: GraphPictureOptions = {}): string {
  requireDrawable(graph, 'toSvg');
  const { width, height, nodes, edges } = layOut(graph);
  const title = options.title ?? 'Recorded graph';
  const size = `${rounded(width)} ${rounded(height)}`;
  const operandCounts = new Map<number, number>();
  for (const { to } of graph.edges) operandCounts.set(to, (operandCounts.get(to) ?? 0) + 1);
  const slowest = nodes.reduce((most, { node }) => Math.max(most, node.milliseconds ?? 0), 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="graph" viewBox="0 0 ${size}" width="${rounded(width)}"`,
    ` height="${rounded(height)}" role="img" aria-label="${escapeMarkup(title)}: ${summary(graph)}">`,
    `<title>${escapeMarkup(title)}</title><style>${svgStyle}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">',
    '<path class="tip" d="M0 0.5 L8 4 L0 7.5 z"/></marker></defs>',
    `<rect class="paper" width="${rounded(width)}" height="${rounded(height)}"/>`,
    ...edges.map((edge) => drawEdge(edge, operandCounts.get(edge.edge.to) ?? 0)),
    ...nodes.map((node) => drawNode(node, slowest)),
    '</svg>\n',
  ].join('\n');
}

export function summary({ nodes }: GraphDescription): string {
  const count = (kind: GraphNodeKind, word: string) => {
    const number = nodes.filter((node) => node.kind === kind).length;
    return `${number} ${word}${number === 1 ? '' : 's'}`;
  };
  return [count('op', 'op'), count('parameter', 'parameter'), count('leaf', 'other tensor')].join(', ');
}

/** Also safe between quotes. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Which operand an edge is matters only where there are several. */
function drawEdge({ edge, points }: PlacedEdge, operands: number): string {
  const [x, y] = points[points.length - 1];
  const label = operands < 2 ? '' : `<text x="${rounded(x + 5)}" y="${rounded(y - 9)}">${edge.input}</text>`;
  const path = `<path d="${curve(points)}" marker-end="url(#arrow)"/>`;
  return `<g class="edge" data-from="${edge.from}" data-to="${edge.to}">${path}${label}</g>`;
}

/** Every piece leaves and arrives upright. */
function curve(points: readonly Point[]): string {
  const [[startX, startY], ...rest] = points;
  let path = `M${rounded(startX)} ${rounded(startY)}`;
  for (const [at, [x, y]] of rest.entries()) {
    const middle = rounded((points[at][1] + y) / 2);
    path += ` C${rounded(points[at][0])} ${middle} ${rounded(x)} ${middle} ${rounded(x)} ${rounded(y)}`;
  }
  return path;
}

function drawNode({ node, card, left, top, width, height }: PlacedNode, slowest: number): string {
  const lines = card.lines.map(({ label, text }, at) => {
    const y = HEADING_HEIGHT + (at + 1) * LINE_HEIGHT;
    return (
      `<text class="label" x="${CARD_PADDING}" y="${y}">${label}</text>` +
      `<text class="text ${label}" x="${CARD_PADDING + LABEL_WIDTH}" y="${y}">${escapeMarkup(text)}</text>`
    );
  });
  const subtitle =
    card.subtitle === '' ? '' : `<tspan class="subtitle" dx="8">${escapeMarkup(card.subtitle)}</tspan>`;
  return [
    `<g class="node ${node.kind}" data-id="${node.id}" transform="translate(${rounded(left)} ${rounded(top)})">`,
    `<rect class="card" width="${width}" height="${height}" rx="7"/>`,
    `<path class="stripe" d="M0 7 a7 7 0 0 1 7 -7 H${width - 7} a7 7 0 0 1 7 7 z"/>`,
    timeBar(node.milliseconds, slowest, width, height),
    `<text class="heading" x="${CARD_PADDING}" y="23">${escapeMarkup(card.title)}${subtitle}</text>`,
    ...lines,
    '</g>',
  ].join('');
}

/** How long the op took, against the slowest one of the graph. */
function timeBar(milliseconds: number | undefined, slowest: number, width: number, height: number): string {
  if (milliseconds === undefined || slowest === 0) return '';
  const length = (milliseconds / slowest) * (width - 2 * CARD_PADDING);
  return `<rect class="bar" x="${CARD_PADDING}" y="${height - 6}" width="${rounded(length)}" height="3" rx="1.5"/>`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
