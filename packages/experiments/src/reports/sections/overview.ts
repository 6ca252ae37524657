import { counted, measure, sentence, words } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { ReportRun } from '../reportRun.ts';
import type { Section } from './section.ts';
import { table } from './table.ts';

/** What was trained on what. */
export const corpusSection: Section = {
  id: 'data',
  title: 'What was trained on what',
  show: ({ data, record }) => {
    if (data === undefined) {
      return html`<p>The pipeline <code>${record.pipeline}</code>. This run has not come to its end: there are curves, and no results yet.</p>`;
    }
    const { corpus, summary } = data;
    return html`<dl class="facts"><dt>Pipeline</dt><dd><code>${record.pipeline}</code>${summary !== '' && `: ${summary}`}</dd>
<dt>Corpus</dt><dd>${corpus.name}, ${counted(corpus.speakers, 'speaker')}</dd>
<dt>Trained on</dt><dd>${counted(corpus.train, 'clip')}</dd>
<dt>Watched on</dt><dd>${corpus.validation === 0 ? 'nothing held out' : `${counted(corpus.validation, 'clip')} held out`}</dd>
<dt>Tested on</dt><dd>${counted(corpus.test, 'clip')}</dd>
<dt>Licence</dt><dd>${corpus.licence}</dd>
<dt>Home</dt><dd>${home(corpus.home)}</dd>
<dt>Started</dt><dd><time datetime="${record.started}">${record.started.replace('T', ' ').slice(0, 16)} UTC</time></dd></dl>
${
  corpus.skipped.length > 0 &&
  html`<details><summary>${counted(corpus.skipped.length, 'clip')} left out</summary>
${table({ caption: 'Clips left out', head: ['clip', 'why'], rows: corpus.skipped.map(({ id, reason }) => [id, reason]), words: [1] })}</details>`
}`;
  },
};

/** A link where it is one; whatever else a corpus calls its home is text. */
const home = (place: string): Html =>
  /^https?:\/\//.test(place) ? html`<a href="${place}" rel="noreferrer">${place}</a>` : html`${place}`;

/** The figures one looks for first: as tiles of one run, as a table of several. */
export function figures(runs: readonly ReportRun[]): Html | undefined {
  const names = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))];
  if (names.length === 0) return undefined;
  const shown = ({ metrics }: ReportRun, name: string) => {
    const value = metrics[name];
    return value === undefined ? '–' : measure(name, value);
  };
  const [only] = runs;
  if (only !== undefined && runs.length === 1) {
    return html`<dl class="tiles">${names.map((name) => html`<div><dt>${sentence(words(name))}</dt><dd>${shown(only, name)}</dd></div>`)}</dl>`;
  }
  return html`<div class="gap">${table({
    caption: 'Figures',
    head: ['', ...runs.map(({ name }) => name)],
    rows: names.map((name) => [sentence(words(name)), ...runs.map((run) => shown(run, name))]),
  })}</div>`;
}
