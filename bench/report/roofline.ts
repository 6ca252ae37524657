import { digits } from './format.ts';

export interface RooflinePoint {
  readonly group: string;
  readonly name: string;
  readonly threads: number;
  /** Operations for each byte that has to come from memory or go there. */
  readonly intensity: number;
  readonly gflops: number;
}

export interface Roof {
  readonly threads: number;
  readonly gflops: number | null;
  readonly gigabytesPerSecond: number | null;
}

/** The plot inside the margins, in pixels, and its ends. */
const plot = { left: 64, top: 24, width: 660, height: 400 };
const intensities = { from: 1 / 16, to: 512 };
const rates = { from: 1 / 8, to: 1024 };
const legendTop = plot.top + plot.height + 62;

const palette = ['#2a6fdb', '#d1495b', '#2e8b57', '#b8860b', '#7b4fb5', '#008b8b', '#c45a1c', '#7a7a7a'];

const style = `
  svg { background: #ffffff; font: 12px system-ui, sans-serif; }
  text { fill: #222222; }
  .grid { stroke: #e4e4e4; }
  .roof { stroke: #222222; stroke-width: 1.5; fill: none; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14171a; }
    text { fill: #e2e6ea; }
    .grid { stroke: #2b3036; }
    .roof { stroke: #e2e6ea; }
  }`;

/**
 * What a kernel reaches over what it does with each byte (Williams, Waterman and Patterson, 2009). Nothing can be
 * above the roof of its threads, unless the caches hold its data or it saves operations, as Winograd's filters do.
 */
export function roofline(points: readonly RooflinePoint[], roofs: readonly Roof[]): string {
  const groups = [...new Set(points.map(({ group }) => group))];
  const colour = (group: string) => palette[groups.indexOf(group) % palette.length]!;
  const width = plot.left + plot.width + 24;
  const rowsOfLegend = Math.ceil(groups.length / 6);
  const height = legendTop + 20 * rowsOfLegend + 26;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Roofline of the kernels">`,
    `<style>${style}\n</style>`,
    ...grid(),
    ...roofs.flatMap(roof),
    ...points.map((point) => dot(point, colour(point.group))),
    ...groups.map((group, index) => legend(group, colour(group), index)),
    text(plot.left, height - 12, 'filled: one thread; rings: several threads', 'start'),
    '</svg>',
    '',
  ].join('\n');
}

function grid(): string[] {
  const columns = powersOfTwo(intensities).map((value) => {
    const x = across(value);
    const label = value < 1 ? `1/${1 / value}` : String(value);
    return `${line(x, plot.top, x, plot.top + plot.height)}${text(x, plot.top + plot.height + 18, label)}`;
  });
  const rows = powersOfTwo(rates).map((value) => {
    const y = down(value);
    return `${line(plot.left, y, plot.left + plot.width, y)}${text(plot.left - 8, y + 4, value < 1 ? `1/${1 / value}` : String(value), 'end')}`;
  });
  const middle = plot.left + plot.width / 2;
  return [
    ...columns,
    ...rows,
    text(middle, plot.top + plot.height + 38, 'operations for each byte'),
    text(plot.left - 8, plot.top - 10, 'GFLOP/s', 'end'),
  ];
}

/** Memory limits on the left, arithmetic on the right of the ridge. */
function roof({ threads, gflops, gigabytesPerSecond }: Roof): string[] {
  if (gflops === null || gigabytesPerSecond === null) return [];
  const ridge = gflops / gigabytesPerSecond;
  const start = Math.max(intensities.from, rates.from / gigabytesPerSecond);
  const corners = [
    [start, start * gigabytesPerSecond],
    [ridge, gflops],
    [intensities.to, gflops],
  ] as const;
  const path = corners.map(([x, y]) => `${across(x)},${down(y)}`).join(' ');
  const label = `${threads === 1 ? '1 thread' : `${threads} threads`}: ${digits(gflops)} GFLOP/s, ${digits(gigabytesPerSecond)} GB/s`;
  return [
    `<polyline class="roof" points="${path}"/>`,
    text(across(ridge) + 4, down(gflops) - 6, label, 'start'),
  ];
}

function dot({ group, name, threads, intensity, gflops }: RooflinePoint, colour: string): string {
  const look = threads === 1 ? `fill="${colour}"` : `fill="none" stroke="${colour}" stroke-width="1.5"`;
  const title = escaped(`${group}, ${name}, ${threads} threads: ${digits(gflops)} GFLOP/s`);
  return `<circle cx="${across(intensity)}" cy="${down(gflops)}" r="4" ${look}><title>${title}</title></circle>`;
}

function legend(group: string, colour: string, index: number): string {
  const [x, y] = [plot.left + (index % 6) * 110, legendTop + 20 * Math.floor(index / 6)];
  return `<circle cx="${x}" cy="${y - 4}" r="4" fill="${colour}"/>${text(x + 10, y, group, 'start')}`;
}

function across(intensity: number): number {
  return place(intensity, intensities, plot.left, plot.width);
}

function down(gflops: number): number {
  return plot.top + plot.height - place(gflops, rates, 0, plot.height);
}

/** Where a value stands on a logarithmic axis; what lies outside is drawn at the edge. */
function place(
  value: number,
  { from, to }: { from: number; to: number },
  start: number,
  length: number,
): number {
  const inside = Math.min(to, Math.max(from, value));
  return Math.round(10 * (start + (length * Math.log(inside / from)) / Math.log(to / from))) / 10;
}

function powersOfTwo({ from, to }: { from: number; to: number }): number[] {
  const [first, last] = [Math.log2(from), Math.log2(to)];
  return Array.from({ length: last - first + 1 }, (_, step) => 2 ** (first + step));
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="grid" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end' = 'middle'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
