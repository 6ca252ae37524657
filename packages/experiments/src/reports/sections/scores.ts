import { percent } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { Section } from './section.ts';
import { meter, table } from './table.ts';

export const confusionSection: Section = {
  id: 'confusion',
  title: 'Who was taken for whom',
  about:
    'A row for each digit that was said, a column for each that was heard. The diagonal is right; what stands beside it shows which words sound alike to the model.',
  show: ({ data }) => {
    if (data?.confusion === undefined) return undefined;
    const { classes, counts } = data.confusion;
    return html`<div class="beside"><div class="scroll" role="region" aria-label="Confusion matrix" tabindex="0"><table class="confusion">
<caption>Confusion matrix, clips</caption>
<thead><tr><th scope="col">said \\ heard</th>${classes.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${classes.map(
      (name, row) => html`<tr><th scope="row">${name}</th>${confusionRow(counts[row] ?? [], row)}</tr>
`,
    )}</tbody></table></div>${mistakes(classes, counts)}</div>`;
  },
};

const mostMistakes = 6;

/** The pairs that were mixed up most often, in words. */
function mistakes(classes: readonly string[], counts: readonly (readonly number[])[]): Html {
  const pairs = counts.flatMap((row, said) =>
    row.flatMap((count, heard) =>
      count > 0 && heard !== said ? [{ said, heard, count, of: sum(row) }] : [],
    ),
  );
  if (pairs.length === 0) return html`<p>Nothing was mixed up.</p>`;
  const most = pairs.sort((a, b) => b.count - a.count).slice(0, mostMistakes);
  return html`<div><h3>Mixed up most often</h3><ol>${most.map(
    ({ said, heard, count, of }) =>
      html`<li>${classes[said]} heard as ${classes[heard]}: ${count} of ${of}</li>`,
  )}</ol></div>`;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

function confusionRow(counts: readonly number[], row: number): Html[] {
  const all = Math.max(1, sum(counts));
  return counts.map((count, column) => {
    const share = count / all;
    const kind = `${column === row ? 'right' : 'wrong'}${share > 0.58 ? ' most' : ''}${share > 0.8 ? ' full' : ''}${count === 0 ? ' none' : ''}`;
    return html`<td class="${kind}" style="--share:${Math.round(100 * share)}%" title="${percent(share)}">${count}</td>`;
  });
}

export const scoresSection: Section = {
  id: 'scores',
  title: 'Per class and per speaker',
  about:
    'Precision: of what was heard as this digit, the share that was it. Recall: of what was this digit, the share that was heard as it. F1 is the harmonic mean of both.',
  show: ({ data }) => {
    if (data === undefined || data.perClass.length + data.perSpeaker.length === 0) return undefined;
    const classes = data.perClass.map(({ name, precision, recall, f1, support }) => [
      ...[name, percent(precision), meter(recall), percent(f1), support],
    ]);
    const speakers = [...data.perSpeaker]
      .sort((a, b) => a.accuracy - b.accuracy)
      .map(({ name, accuracy, count }) => [name, meter(accuracy), count]);
    return html`<div class="flow">${
      classes.length > 0 &&
      table({ caption: 'Per class', head: ['class', 'precision', 'recall', 'F1', 'clips'], rows: classes })
    }${
      speakers.length > 0 &&
      table({ caption: 'Per speaker, hardest first', head: ['speaker', 'accuracy', 'clips'], rows: speakers })
    }</div>`;
  },
};

export const tablesSection: Section = {
  id: 'tables',
  title: 'Comparisons',
  show: ({ data }) =>
    data === undefined || data.tables.length === 0
      ? undefined
      : html`<div class="flow">${data.tables.map(({ title, head, rows }) => table({ caption: title, head, rows }))}</div>`,
};
