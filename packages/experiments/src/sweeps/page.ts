import { relative } from 'node:path';
import { documentOf } from '../reports/document.ts';
import { counted, figure, sentence, words } from '../reports/format.ts';
import { type Html, html } from '../reports/html.ts';
import { frame } from '../reports/sections/section.ts';
import { table } from '../reports/sections/table.ts';
import { dotChart } from './dotChart.ts';
import { type CellSummary, type Spread, type Summary, showSpread } from './summary.ts';

/** The page of a sweep: one file, in the look of the reports, with links to those of its runs. */
export function sweepPage(summary: Summary, folder: string): string {
  const { title, about, cells, seeds, failures } = summary;
  const size = [
    counted(cells.length, 'cell'),
    counted(seeds.length, 'seed'),
    counted(finishedOf(cells), 'run'),
  ];
  const sections = [
    chartSection(summary),
    tableSection(summary),
    speakerSection(summary),
    runsSection(summary, folder),
  ];
  return documentOf({
    title,
    head: html`<p class="lead">${about}</p><p class="quiet">${size.join(', ')}</p>`,
    main: html`${sections}${failures.length > 0 && failureSection(summary)}`,
    skip: 'To the results',
  });
}

function chartSection({ cells, metric }: Summary): Html | undefined {
  const rows = cells.flatMap(({ name, metrics }) => {
    const spread = metrics[metric];
    return spread === undefined ? [] : [{ name, spread }];
  });
  if (rows.length === 0) return undefined;
  const name = sentence(words(metric));
  return frame({ id: 'chart', title: 'At a glance' }, dotChart(name, rows));
}

function tableSection({ cells, metric }: Summary): Html {
  const names = [...new Set([metric, ...cells.flatMap(({ metrics }) => Object.keys(metrics))])];
  const shown = names.filter((name) => cells.some(({ metrics }) => metrics[name] !== undefined));
  const show = (spread: Spread | null | undefined) => (spread ? showSpread(spread) : '–');
  return frame(
    {
      id: 'table',
      title: 'All figures',
      about:
        'Means over the seeds, ± one standard deviation of a sample. Seconds are those of one run beside others.',
    },
    table({
      caption: 'Cells',
      head: ['', 'Runs', ...shown.map((name) => sentence(words(name))), 'Seconds'],
      rows: cells.map((cell) => [
        ...[cell.name, runsOf(cell)],
        ...shown.map((name) => show(cell.metrics[name])),
        show(cell.seconds),
      ]),
    }),
  );
}

function speakerSection({ bySpeaker, metric }: Summary): Html | undefined {
  if (bySpeaker.length === 0) return undefined;
  const names = [...new Set(bySpeaker.flatMap(({ speakers }) => Object.keys(speakers)))].sort();
  const about = 'Each column is a speaker whom training never heard.';
  return frame(
    { id: 'speakers', title: 'Speakers left out', about },
    table({
      caption: sentence(words(metric)),
      head: ['', ...names],
      rows: bySpeaker.map(({ cell, speakers }) => [
        cell,
        ...names.map((name) => (speakers[name] === undefined ? '–' : showSpread(speakers[name]))),
      ]),
    }),
  );
}

function runsSection({ runs, metric }: Summary, folder: string): Html | undefined {
  if (runs.length === 0) return undefined;
  const rows = runs.map(({ cell, seed, speaker, run, seconds, metrics }) => {
    const link = html`<a href="${encodeURI(relative(folder, run).replaceAll('\\', '/'))}/report.html">report</a>`;
    const value = metrics[metric];
    return [cell, String(seed), speaker ?? '–', value === undefined ? '–' : figure(value), seconds, link];
  });
  return frame(
    { id: 'runs', title: 'All runs' },
    table({
      caption: 'Runs',
      head: ['', 'Seed', 'Left out', sentence(words(metric)), 'Seconds', 'Page'],
      rows,
    }),
  );
}

const failureSection = ({ failures }: Summary): Html =>
  frame(
    { id: 'failures', title: 'What failed', about: 'The same command tries these again.' },
    table({
      caption: 'Failures',
      head: ['', 'Seed', 'Left out', 'Why'],
      words: [3],
      rows: failures.map(({ cell, seed, speaker, reason }) => [cell, String(seed), speaker ?? '–', reason]),
    }),
  );

const runsOf = ({ finished, planned }: CellSummary): string =>
  finished === planned ? String(planned) : `${finished} of ${planned}`;

const finishedOf = (cells: readonly CellSummary[]): number =>
  cells.reduce((total, { finished }) => total + finished, 0);
