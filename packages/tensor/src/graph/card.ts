import type { GraphNode, GraphPreview } from './description.ts';

/** What a node says of itself, in every format: a title, and lines that each have a label and a text. */
export interface Card {
  title: string;
  /** The op, where the title is a name. */
  subtitle: string;
  lines: { label: string; text: string }[];
}

const SHOWN_VALUES = 4;

export function cardOf(node: GraphNode, longestText = 30): Card {
  const lines = [{ label: 'shape', text: `[${node.shape.join(', ')}] ${node.dtype}` }];
  if (node.data !== undefined) lines.push({ label: 'data', text: previewText(node.data, node.shape) });
  if (node.grad !== undefined) lines.push({ label: 'grad', text: previewText(node.grad, node.shape) });
  if (node.milliseconds !== undefined) lines.push({ label: 'time', text: milliseconds(node.milliseconds) });
  if (node.source !== undefined) lines.push({ label: 'from', text: node.source });
  return {
    title: node.name ?? node.op,
    subtitle: node.name === undefined || node.name === node.op ? '' : node.op,
    lines: lines.map(({ label, text }) => ({ label, text: shortened(text, longestText, label === 'from') })),
  };
}

/** The first few of the values, with an ellipsis where the tensor has more; a printed tensor on one line. */
export function previewText(preview: GraphPreview, shape: readonly number[]): string {
  if (typeof preview === 'string') return preview.replace(/\s+/g, ' ').replace(/^tensor\((.*)\)$/, '$1');
  const count = shape.reduce((product, size) => product * size, 1);
  const shown = preview.slice(0, SHOWN_VALUES).map(shortNumber);
  if (count > shown.length) shown.push('…');
  return shape.length === 0 ? shown.join(', ') : `[${shown.join(', ')}]`;
}

export function milliseconds(value: number): string {
  return `${shortNumber(value)} ms`;
}

/** Four significant digits. */
function shortNumber(value: number): string {
  return Number.isFinite(value) ? `${Number(value.toPrecision(4))}` : `${value}`;
}

/** Of a long path the end says more than the beginning. */
function shortened(text: string, longest: number, keepEnd: boolean): string {
  if (text.length <= longest) return text;
  return keepEnd ? `…${text.slice(1 - longest)}` : `${text.slice(0, longest - 1)}…`;
}
