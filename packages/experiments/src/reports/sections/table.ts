import { figure } from '../format.ts';
import { type Html, type HtmlPart, html } from '../html.ts';

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly HtmlPart[])[];
  readonly foot?: readonly HtmlPart[];
  /** Columns that hold words and stand to the left; the first always does. */
  readonly words?: readonly number[];
}

/** The first cell of each row is its head. Wide tables scroll by themselves, also by keys. */
export function table({ caption, head, rows, foot, words = [] }: Table): Html {
  const side = (column: number) => words.includes(column) && html` class="words"`;
  const row = (cells: readonly HtmlPart[]) =>
    html`<tr>${cells.map((cell, column) =>
      column === 0
        ? html`<th scope="row" class="deep">${cell}</th>`
        : html`<td${side(column)}>${typeof cell === 'number' ? figure(cell) : cell}</td>`,
    )}</tr>
`;
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${head.map((cell, column) => html`<th scope="col"${side(column)}>${cell}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody>${foot !== undefined && html`<tfoot>${row(foot)}</tfoot>`}</table></div>`;
}

/** A share with a bar as long as it is large. */
export function meter(share: number): Html {
  const percent = Math.round(1000 * Math.min(1, Math.max(0, share))) / 10;
  return html`${(100 * share).toFixed(1)} %<span class="meter" aria-hidden="true"><i style="width:${percent}%"></i></span>`;
}
