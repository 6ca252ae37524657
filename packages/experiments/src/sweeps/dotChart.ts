import { linearScale } from '../reports/charts/scale.ts';
import { figure } from '../reports/format.ts';
import { type Html, html } from '../reports/html.ts';
import { type Spread, showSpread } from './summary.ts';

export interface DotRow {
  readonly name: string;
  readonly spread: Spread;
}

const width = 720;
const rowHeight = 26;
const bottom = 44;
const right = 16;
const longestLabel = 34;

/** A row for each cell: small dots above are seeds, the large one is their mean, the line reaches one deviation each way. */
export function dotChart(title: string, rows: readonly DotRow[]): Html {
  const left = 24 + 7.2 * Math.max(...rows.map(({ name }) => label(name).length));
  const ends = rows.flatMap(({ spread: { mean, deviation, values } }) => [
    ...[mean - (deviation ?? 0), mean + (deviation ?? 0)],
    ...values,
  ]);
  const scale = linearScale(Math.min(...ends), Math.max(...ends));
  const across = (value: number) => tenth(left + scale.place(value) * (width - left - right));
  const floor = 8 + rows.length * rowHeight;
  const inWords = rows.map(({ name, spread }) => `${name} ${showSpread(spread)}`).join('; ');
  return html`<figure class="chart"><h3>${title}</h3>
<svg viewBox="0 0 ${width} ${floor + bottom - 8}" role="img" aria-label="${title}: ${inWords}">
<g class="axes">${scale.ticks.map(
    (tick) =>
      html`<path d="M${across(tick)} 8V${floor}"/><text x="${across(tick)}" y="${floor + 18}" text-anchor="middle">${figure(tick)}</text>`,
  )}</g>
${rows.map((row, index) => dots(row, { across, middle: 8 + (index + 0.5) * rowHeight, left }))}
</svg>
<figcaption>Small dots: the seeds. Large dot: their mean. Line: one standard deviation each way.</figcaption></figure>`;
}

interface Place {
  readonly across: (value: number) => number;
  readonly middle: number;
  readonly left: number;
}

function dots({ name, spread }: DotRow, { across, middle, left }: Place): Html {
  const { mean, deviation, values } = spread;
  const color = html` style="--mark:var(--c0)"`;
  return html`<g class="axes"><text x="${left - 12}" y="${middle + 4}" text-anchor="end">${label(name)}<title>${name}</title></text></g>
${deviation !== null && html`<path class="line"${color} d="M${across(mean - deviation)} ${middle}H${across(mean + deviation)}"/>`}
${values.map((value) => html`<circle${color} opacity=".45" cx="${across(value)}" cy="${middle - 7}" r="3"/>`)}
<circle${color} cx="${across(mean)}" cy="${middle}" r="5.5"><title>${name}: ${showSpread(spread)}</title></circle>`;
}

const label = (name: string): string =>
  name.length > longestLabel ? `${name.slice(0, longestLabel - 1)}…` : name;

const tenth = (value: number): number => Math.round(10 * value) / 10;
