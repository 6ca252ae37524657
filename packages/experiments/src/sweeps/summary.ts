import { groupBy } from '../pipelines/shared/groupBy.ts';
import { figure } from '../reports/format.ts';
import type { FinalMetrics } from '../runs/reportData.ts';
import type { Outcome } from './performSweep.ts';
import type { Plan } from './plan.ts';

/** One figure over the seeds. */
export interface Spread {
  readonly mean: number;
  /** The standard deviation of a sample; null where one seed tells of no spread. */
  readonly deviation: number | null;
  /** Seed by seed. */
  readonly values: readonly number[];
}

/** A row of the table. */
export interface CellSummary {
  readonly name: string;
  readonly pipeline: string;
  readonly finished: number;
  readonly planned: number;
  /** Only of seeds that finished, with every speaker where they are left out in turn. */
  readonly metrics: Readonly<Record<string, Spread>>;
  /** Seconds of one run. */
  readonly seconds: Spread | null;
}

export interface Failure {
  readonly cell: string;
  readonly seed: number;
  readonly speaker: string | null;
  readonly reason: string;
}

/** One figure with each speaker left out, over the seeds. */
export interface SpeakerRow {
  readonly cell: string;
  readonly speakers: Readonly<Record<string, Spread>>;
}

/** One run, and where it lies. */
export interface RunRow {
  readonly cell: string;
  readonly seed: number;
  readonly speaker: string | null;
  readonly run: string;
  readonly seconds: number;
  readonly metrics: FinalMetrics;
}

/** `sweep.json`: all that a table, a chart or another program needs. */
export interface Summary {
  readonly sweep: string;
  readonly title: string;
  readonly about: string;
  readonly metric: string;
  readonly seeds: readonly number[];
  readonly cells: readonly CellSummary[];
  readonly bySpeaker: readonly SpeakerRow[];
  readonly runs: readonly RunRow[];
  readonly failures: readonly Failure[];
}

export function summarise(plan: Plan, outcomes: readonly Outcome[]): Summary {
  const cells = [...groupBy(plan.tasks, ({ cell }) => cell)].map(([name, tasks]): CellSummary => {
    const own = outcomes.filter(({ task }) => task.cell === name);
    const finished = own.flatMap(({ result }) => result ?? []);
    return {
      name,
      pipeline: tasks[0]!.pipeline,
      finished: finished.length,
      planned: tasks.length,
      metrics: metricsOf(own, new Set(tasks.map(({ speaker }) => speaker)).size),
      seconds: finished.length === 0 ? null : spread(finished.map(({ seconds }) => seconds)),
    };
  });
  const metric =
    plan.metric ?? Object.keys(cells.find(({ finished }) => finished > 0)?.metrics ?? {})[0] ?? '';
  return {
    ...{ sweep: plan.name, title: plan.title, about: plan.about, metric },
    seeds: [...new Set(plan.tasks.map(({ seed }) => seed))],
    cells,
    bySpeaker: bySpeaker(outcomes, metric),
    runs: outcomes.flatMap(({ task: { cell, seed, speaker = null }, result }) =>
      result === undefined ? [] : [{ cell, seed, speaker, ...result }],
    ),
    failures: outcomes.flatMap(({ task: { cell, seed, speaker = null }, failure: reason }) =>
      reason === undefined ? [] : [{ cell, seed, speaker, reason }],
    ),
  };
}

/** Mean and standard deviation of a sample. */
export function spread(values: readonly number[]): Spread {
  const mean = sum(values) / values.length;
  if (values.length < 2) return { mean, deviation: null, values };
  const squares = sum(values.map((value) => (value - mean) ** 2));
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)), values };
}

/** `0.9310 ± 0.0043`: two digits of the spread, and the mean as far as they go. */
export function showSpread({ mean, deviation }: Spread): string {
  // What is left of equal numbers is rounding.
  if (deviation === null || deviation <= 1e-12 * Math.abs(mean)) return figure(mean);
  const digits = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(deviation))));
  return `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}

/** A seed counts by its mean over speakers: five speakers are no five seeds. */
function metricsOf(outcomes: readonly Outcome[], speakers: number): Record<string, Spread> {
  const seeds = [...groupBy(outcomes, ({ task }) => task.seed)]
    .map(([, own]) => own.flatMap(({ result }) => (result === undefined ? [] : [result.metrics])))
    .filter((own) => own.length === speakers);
  const names = [...new Set(seeds.flat().flatMap((metrics) => Object.keys(metrics)))];
  const everywhere = names.filter((name) => seeds.flat().every((metrics) => metrics[name] !== undefined));
  return Object.fromEntries(
    everywhere.map((name) => [
      name,
      spread(seeds.map((own) => sum(own.map((metrics) => metrics[name]!)) / own.length)),
    ]),
  );
}

function bySpeaker(outcomes: readonly Outcome[], metric: string): SpeakerRow[] {
  const known = outcomes.flatMap(({ task: { cell, speaker }, result }) => {
    const value = result?.metrics[metric];
    return speaker === undefined || value === undefined ? [] : [{ cell, speaker, value }];
  });
  return [...groupBy(known, ({ cell }) => cell)].map(([cell, own]) => ({
    cell,
    speakers: Object.fromEntries(
      [...groupBy(own, ({ speaker }) => speaker)].map(([name, rows]) => [
        name,
        spread(rows.map(({ value }) => value)),
      ]),
    ),
  }));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
