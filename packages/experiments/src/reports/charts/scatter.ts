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
  const span = Math.max(right - left, top - bottom) || 1;
  const place = (value: number, least: number, largest: number) =>
    Math.round(10 * (edge + ((value - (least + largest - span) / 2) / span) * (side - 2 * edge))) / 10;
  return html`<figure class="chart map"><h4>${title}</h4>
<svg viewBox="0 0 ${side} ${side}" role="img" aria-label="${title} of ${marks.length} clips, each drawn as its digit">
${marks.map(({ x, y, sign, title, colors }) => {
  const [across, down] = [place(x, left, right), side - place(y, bottom, top)];
  return html`<text x="${across}" y="${Math.round(10 * (down + 4)) / 10}" style="--digit:var(--c${colors.digit % 10});--speaker:var(--c${colors.speaker % 10})"><title>${title}</title>${sign}</text>`;
})}
</svg></figure>`;
}
