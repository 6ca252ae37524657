import type { DType } from '../types/shape.ts';
import { alignedFormat, type NumberFormat } from './numbers.ts';

export interface PrintOptions {
  /** Digits after the point. */
  precision?: number;
  /** With more elements than this, the middle of every long axis is left out. */
  threshold?: number;
  /** How many elements stay at either end of a shortened axis. */
  edgeItems?: number;
  lineWidth?: number;
  requiresGrad?: boolean;
}

interface Layout extends Required<PrintOptions> {
  data: ArrayLike<number>;
  shape: readonly number[];
  format: NumberFormat;
}

const PREFIX = 'tensor(';
const GAP = -1;

/** The text of a tensor, laid out as PyTorch does it: `tensor([[1., 2.], [3., 4.]])` over aligned lines. */
export function formatTensor(
  data: ArrayLike<number>,
  shape: readonly number[],
  dtype: DType,
  options: PrintOptions = {},
): string {
  const settings = {
    precision: 4,
    threshold: 1000,
    edgeItems: 3,
    lineWidth: 80,
    requiresGrad: false,
    ...options,
  };
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length !== count) {
    throw new RangeError(`formatTensor: ${data.length} elements do not fill the shape [${shape.join(', ')}]`);
  }
  const edgeItems = count > settings.threshold ? settings.edgeItems : Infinity;
  const format = alignedFormat(shownValues(data, shape, edgeItems), dtype, settings.precision);
  const layout = { ...settings, edgeItems, data, shape, format };
  const body = count === 0 ? '[]' : formatAxis(layout, 0, 0, PREFIX.length);
  return `${PREFIX}${withSuffixes(body, suffixes(shape, dtype, layout), settings.lineWidth)})`;
}

/** Sub-tensors of a matrix go on lines of their own, with one more empty line for each further axis. */
function formatAxis(layout: Layout, axis: number, start: number, indent: number): string {
  const { shape, data, format, edgeItems } = layout;
  if (axis === shape.length) return format(data[start]);
  const stride = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const gap = axis === shape.length - 1 ? ' ...' : '...';
  const entries = shownIndices(shape[axis], edgeItems).map((index) =>
    index === GAP ? gap : formatAxis(layout, axis + 1, start + index * stride, indent + 1),
  );
  if (axis === shape.length - 1) return `[${wrap(entries, indent, layout.lineWidth)}]`;
  return `[${entries.join(`,${'\n'.repeat(shape.length - axis - 1)}${' '.repeat(indent + 1)}`)}]`;
}

/** Breaks a row into lines that hold as many elements as fit. */
function wrap(entries: readonly string[], indent: number, lineWidth: number): string {
  const widest = entries.reduce((most, entry) => Math.max(most, entry.length), 0);
  const perLine = Math.max(1, Math.floor((lineWidth - indent) / (widest + 2)));
  const lines: string[] = [];
  for (let at = 0; at < entries.length; at += perLine) lines.push(entries.slice(at, at + perLine).join(', '));
  return lines.join(`,\n${' '.repeat(indent + 1)}`);
}

function shownIndices(size: number, edgeItems: number): number[] {
  if (size <= 2 * edgeItems) return Array.from({ length: size }, (_, index) => index);
  const edge = Array.from({ length: edgeItems }, (_, index) => index);
  return [...edge, GAP, ...edge.map((index) => size - edgeItems + index)];
}

function shownValues(data: ArrayLike<number>, shape: readonly number[], edgeItems: number): number[] {
  let offsets = [0];
  for (const size of shape) {
    const indices = shownIndices(size, edgeItems).filter((index) => index !== GAP);
    offsets = offsets.flatMap((offset) => indices.map((index) => offset * size + index));
  }
  return offsets.map((offset) => data[offset]);
}

function suffixes(shape: readonly number[], dtype: DType, { requiresGrad }: Layout): string[] {
  const hidden = shape.includes(0) && shape.length > 1;
  return [
    ...(hidden ? [`size=[${shape.join(', ')}]`] : []),
    ...(dtype === 'float32' ? [] : [`dtype=${dtype}`]),
    ...(requiresGrad ? ['requiresGrad=true'] : []),
  ];
}

/** A suffix that no longer fits on the last line starts the next one. */
function withSuffixes(body: string, added: readonly string[], lineWidth: number): string {
  let text = body;
  let used = text.length - text.lastIndexOf('\n') + (text.includes('\n') ? -1 : PREFIX.length);
  for (const suffix of added) {
    const fits = used + suffix.length + 2 <= lineWidth;
    text += fits ? `, ${suffix}` : `,\n${' '.repeat(PREFIX.length)}${suffix}`;
    used = fits ? used + suffix.length + 2 : PREFIX.length + suffix.length;
  }
  return text;
}
