import { figure } from '../format.ts';
import { type Html, html } from '../html.ts';
import { linearScale, type Scale, scaleFor } from './scale.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly name: string;
  /** One of the ten colours of the page. */
  readonly color: number;
  /** Few values stand as dots on their line, many as a line in the band they cover. */
  readonly dots: boolean;
  readonly points: readonly Point[];
}

export interface LineChart {
  readonly title: string;
  readonly xTitle: string;
  readonly series: readonly Series[];
}

interface Strip extends Point {
  readonly least: number;
  readonly largest: number;
}

const size = { width: 560, height: 280 };
const margin = { left: 56, right: 14, top: 12, bottom: 40 };
const mostStrips = 160;

/** Curves with axes and a legend; the caption says in words where each begins and ends. */
export function lineChart({ title, xTitle, series }: LineChart): Html {
  const drawn = series.map((one) => ({ ...one, strips: strips(one) }));
  const all = drawn.flatMap(({ strips }) => strips);
  const y = scaleFor(all.flatMap(({ least, largest }) => [least, largest]));
  const xs = all.map(({ x }) => x);
  const x = linearScale(Math.min(...xs), Math.max(...xs));
  const at = (point: Point) => [left(x, point.x), top(y, point.y)] as const;
  return html`<figure class="chart"><h3>${title}</h3>
<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}: ${inWords(series)}">
${axes(x, y, xTitle)}
${drawn.map(({ color, dots, strips, name }) => {
  const style = html` style="--mark:var(--c${color % 10})"`;
  const line = html`<path class="line${dots ? '' : ' fine'}"${style} d="${path(strips.map(at))}"/>`;
  return dots
    ? [line, strips.map((point) => dot(at(point), point, name, style))]
    : [band(strips, at, style), line];
})}
</svg>
<figcaption>${legend(series)}</figcaption></figure>`;
}

/** What many points come to in as many strips as can be told apart: means, and the range around them. */
function strips({ points, dots }: Series): Strip[] {
  const finite = points.filter(({ y }) => Number.isFinite(y));
  if (dots || finite.length <= mostStrips) return finite.map(({ x, y }) => ({ x, y, least: y, largest: y }));
  return Array.from({ length: mostStrips }, (_, strip) => {
    const bounds = [strip, strip + 1].map((edge) => Math.floor((edge * finite.length) / mostStrips));
    const inside = finite.slice(...bounds);
    const ys = inside.map(({ y }) => y);
    const [least, largest] = [Math.min(...ys), Math.max(...ys)];
    return { x: mean(inside.map(({ x }) => x)), y: mean(ys), least, largest };
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const left = (scale: Scale, value: number): number =>
  round(margin.left + scale.place(value) * (size.width - margin.left - margin.right));

const top = (scale: Scale, value: number): number =>
  round(size.height - margin.bottom - scale.place(value) * (size.height - margin.top - margin.bottom));

export const round = (value: number): number => Math.round(10 * value) / 10;

const path = (places: readonly (readonly [number, number])[]): string =>
  places.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');

function band(strips: readonly Strip[], at: (point: Point) => readonly [number, number], style: Html): Html {
  const over = strips.map(({ x, largest }) => at({ x, y: largest }));
  const under = strips.map(({ x, least }) => at({ x, y: least })).reverse();
  return html`<path class="band"${style} d="${path([...over, ...under])}Z"/>`;
}

const dot = ([cx, cy]: readonly [number, number], { x, y }: Point, name: string, style: Html): Html =>
  html`<circle${style} cx="${cx}" cy="${cy}" r="2.6"><title>${name}: ${figure(y)} at ${figure(x)}</title></circle>`;

function axes(x: Scale, y: Scale, xTitle: string): Html {
  const [right, bottom] = [size.width - margin.right, size.height - margin.bottom];
  return html`<g class="axes">${y.ticks.map((tick) => {
    const at = top(y, tick);
    return html`<path d="M${margin.left} ${at}H${right}"/><text x="${margin.left - 8}" y="${at + 4}" text-anchor="end">${figure(tick)}</text>`;
  })}${x.ticks.map((tick) => {
    const at = left(x, tick);
    return html`<text x="${at}" y="${bottom + 17}" text-anchor="middle">${figure(tick)}</text>`;
  })}<text class="unit" x="${right}" y="${size.height - 6}" text-anchor="end">${xTitle}</text></g>`;
}

const legend = (series: readonly Series[]): Html =>
  html`<ul class="legend">${series.map(
    ({ name, color, dots, points }) =>
      html`<li><span class="${dots ? 'key' : 'key fine'}" style="--mark:var(--c${color % 10})"></span>${name}
<span class="quiet">${journey(points)}</span></li>`,
  )}</ul>`;

function journey(points: readonly Point[]): string {
  const [first, last] = [points.at(0), points.at(-1)];
  if (first === undefined || last === undefined) return 'no values';
  return points.length === 1 ? figure(last.y) : `${figure(first.y)} → ${figure(last.y)}`;
}

const inWords = (series: readonly Series[]): string =>
  series.map(({ name, points }) => `${name} ${journey(points).replace('→', 'to')}`).join('; ');
