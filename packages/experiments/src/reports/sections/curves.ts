import { lineChart, type Point, type Series } from '../charts/lineChart.ts';
import { sentence, words } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { ReportRun } from '../reportRun.ts';
import { frame } from './section.ts';

type Line = ReportRun['lines'][number];

const section = {
  id: 'curves',
  title: 'Curves',
  about:
    'Thin lines in a band are the training loss of single steps, lines with dots what was measured on clips held out. Where the two part, the model begins to learn its clips by heart. Steep falls are drawn on a logarithmic scale.',
};

/** Loss and metrics of every phase over its steps; several runs share a chart. */
export function curves(runs: readonly ReportRun[]): Html | undefined {
  const phases = [...new Set(runs.flatMap(({ lines }) => lines.map(({ phase }) => phase)))];
  const charts = phases.flatMap((phase) => chartsOf(phase, runs));
  return charts.length === 0 ? undefined : frame(section, html`<div class="flow">${charts}</div>`);
}

function chartsOf(phase: string, runs: readonly ReportRun[]): Html[] {
  return measuresOf(phase, runs).flatMap((name) => {
    const series = runs.flatMap((run, index) => seriesOf(run, { phase, name, index, many: runs.length > 1 }));
    return series.length === 0
      ? []
      : [lineChart({ title: sentence(`${phase}: ${words(name)}`), xTitle: 'step', series })];
  });
}

/** Loss first, then what else was measured; a rate that never changes tells nothing. */
function measuresOf(phase: string, runs: readonly ReportRun[]): string[] {
  const lines = runs.flatMap((run) => run.lines.filter((line) => line.phase === phase));
  const names = new Set(
    lines.flatMap((line) => Object.keys(line).filter((name) => typeof line[name] === 'number')),
  );
  for (const name of ['step', 'epoch', 'loss']) names.delete(name);
  if (new Set(lines.map(({ rate }) => rate).filter((rate) => rate !== undefined)).size < 2)
    names.delete('rate');
  return ['loss', ...names];
}

interface Wanted {
  readonly phase: string;
  readonly name: string;
  readonly index: number;
  readonly many: boolean;
}

function seriesOf({ lines, name: run }: ReportRun, { phase, name, index, many }: Wanted): Series[] {
  const kinds = [
    { kind: 'step', title: 'training', dots: false, color: many ? index : 0 },
    { kind: 'validation', title: 'held out', dots: true, color: many ? index : 2 },
  ] as const;
  return kinds.flatMap(({ kind, title, dots, color }) => {
    const points = lines.filter((line) => line.phase === phase && line.kind === kind).flatMap(pointOf(name));
    return points.length === 0 ? [] : [{ name: many ? `${run}, ${title}` : title, color, dots, points }];
  });
}

const pointOf =
  (name: string) =>
  (line: Line): Point[] => {
    const y = line[name];
    return typeof y === 'number' ? [{ x: line.step, y }] : [];
  };
