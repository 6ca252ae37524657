import { type Html, html } from '../html.ts';

export interface Mark {
  readonly x: number;
  readonly y: number;
  /** A sign to stand for the point. */
  readonly sign: string;
  readonly title: string;
  readonly colors: { readonly digit: number; readonly speaker: number };
}

const side = 440;
const edge = 14;

/** Points as signs, both axes to the same scale: distances are what a map of codes is about. */
export function scatter(title: string, marks: readonly Mark[]): Html {
  const [xs, ys] = [marks.map(({ x }) => x), marks.map(({ y }) => y)];
  const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (side - 2 * edge) / (Math.max(right - left, top - bottom) || 1);
  const width = Math.max(side, tenth((right - left) * scale + 2 * edge));
  const height = Math.max(side / 2, tenth((top - bottom) * scale + 2 * edge));
  const across = (x: number) => tenth(width / 2 + (x - (left + right) / 2) * scale);
  const down = (y: number) => tenth(height / 2 - (y - (bottom + top) / 2) * scale + 4);
  return html`<figure class="chart map"><h3>${title}</h3>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title} of ${marks.length} clips, each drawn as its digit">
${marks.map(
  ({ x, y, sign, title, colors }) =>
    html`<text x="${across(x)}" y="${down(y)}" style="--digit:var(--c${colors.digit % 10});--speaker:var(--c${colors.speaker % 10})"><title>${title}</title>${sign}</text>`,
)}
</svg></figure>`;
}

const tenth = (value: number): number => Math.round(10 * value) / 10;
