import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '@sonograd/tensor/files';
import { type Command, InvalidArgumentError } from 'commander';
import { explainSystemError, InputError } from '../../inputError.ts';
import { Interrupted } from '../../pipelines/shared/phase.ts';
import { builtInSweeps, openSweep } from '../../sweeps/builtIn/registry.ts';
import { sweepPage } from '../../sweeps/page.ts';
import { type Outcome, performSweep } from '../../sweeps/performSweep.ts';
import { type Plan, planSweep, seedsOf } from '../../sweeps/plan.ts';
import { type Summary, showSpread, summarise } from '../../sweeps/summary.ts';
import {
  type Desk,
  type SettingOptions,
  settingsFrom,
  type ToolOptions,
  wholeFrom,
  withSettingOptions,
  withToolOptions,
} from '../options.ts';
import { formatTable } from '../tables.ts';

interface SweepOptions extends ToolOptions, SettingOptions {
  readonly seeds?: readonly number[];
  readonly jobs?: number;
  readonly out?: string;
  readonly speakersOut?: boolean;
  readonly metric?: string;
}

const about = () =>
  Object.entries(builtInSweeps).map(([name, sweep]) => `\n  ${name.padEnd(16)}${sweep.title ?? ''}`);

export function addSweep(program: Command, desk: Desk): void {
  const command = program
    .command('sweep')
    .description('train many variants with many seeds side by side; goes on where an earlier try ended')
    .argument('<sweep>', 'the name of a built-in one, or a .json file of one’s own')
    .option('--seeds <count>', 'so many, from --seed on; or a list, such as 0,5,7', parseSeeds)
    .option('--jobs <count>', 'runs at a time (default: as many as there are cores)', wholeFrom(1))
    .option('--out <folder>', 'where all of it goes (default: sweeps/ and its name)')
    .option('--speakers-out', 'each cell once for every speaker, with that speaker as the only test')
    .option('--metric <name>', 'what the chart shows, such as testMacroF1')
    .addHelpText('after', () => `\nBuilt-in sweeps:${about().join('')}`);
  withToolOptions(withSettingOptions(command)).action(async (name: string, options: SweepOptions) => {
    const sweep = openSweep(name);
    const { quick = false, speakersOut = false, metric, seed = 0 } = options;
    const seeds = (options.seeds ?? seedsOf(sweep.declaration)).map((one) => seed + one);
    const { seed: _, ...others } = options;
    const settings = (pipeline: Parameters<typeof settingsFrom>[0]) => settingsFrom(pipeline, others);
    const plan = planSweep(sweep.name, sweep.declaration, { settings, quick, speakersOut, metric, seeds });
    await runSweep(plan, options, desk);
  });
}

async function runSweep(plan: Plan, options: SweepOptions, desk: Desk): Promise<void> {
  const { out: folder = join('sweeps', plan.name), cache: cacheFolder, json = false } = options;
  const cores = availableParallelism();
  const { jobs = Math.min(cores, plan.tasks.length), threads = Math.max(1, Math.floor(cores / jobs)) } =
    options;
  desk.progress.note(`sweep: ${plan.tasks.length} runs, ${jobs} at a time, ${folder}`);
  const onOutcome = reporter(plan, desk);
  const work = { plan, folder, jobs, threads, cacheFolder, signal: desk.signal, onOutcome };
  const outcomes = await performSweep(work);
  const summary = summarise(plan, outcomes);
  const page = writeResults(folder, summary);
  const tables = sweepTables(summary);
  if (json) desk.progress.note(tables);
  desk.out(json ? JSON.stringify({ ...summary, page }) : `\n${tables}\n\nThe page, for any browser: ${page}`);
  requireAll(plan, outcomes);
}

/** Says what came of each run, and how long the rest will take at this pace. */
function reporter({ tasks, metric }: Plan, { progress }: Desk) {
  const started = performance.now();
  let ended = 0;
  return ({ task, result, failure }: Outcome, known: readonly Outcome[]) => {
    ended += 1;
    const left = ((performance.now() - started) / ended) * (tasks.length - known.length);
    const [name = '', value = 0] =
      Object.entries(result?.metrics ?? {}).find(([own]) => own === metric) ??
      Object.entries(result?.metrics ?? {})[0] ??
      [];
    const said = failure === undefined ? `${name} ${Number(value.toPrecision(4))}` : `failed: ${failure}`;
    const who = `${task.cell}, ${task.speaker === undefined ? '' : `without ${task.speaker}, `}seed ${task.seed}`;
    const rest = known.length < tasks.length ? `, about ${clock(left)} left` : '';
    progress.note(`${known.length}/${tasks.length}${rest}  ${who}: ${said}`);
  };
}

function clock(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** `sweep.json` and `sweep.html`, also of a sweep that is not over. */
function writeResults(folder: string, summary: Summary): string {
  const page = join(folder, 'sweep.html');
  const encoder = new TextEncoder();
  try {
    writeFileAtomic(join(folder, 'sweep.json'), encoder.encode(`${JSON.stringify(summary, null, 2)}\n`));
    writeFileAtomic(page, encoder.encode(sweepPage(summary, folder)));
  } catch (error) {
    throw explainSystemError('sweep', folder, error);
  }
  return page;
}

const mostColumns = 5;

export function sweepTables(summary: Summary): string {
  const names = columnsOf(summary);
  const rows = summary.cells.map(({ name, metrics, finished, planned, seconds }) => [
    ...[name, finished === planned ? String(planned) : `${finished} of ${planned}`],
    ...[...names.map((own) => metrics[own]), seconds].map((spread) => (spread ? showSpread(spread) : '–')),
  ]);
  const failed = summary.failures.map(({ cell, seed, reason }) => `failed: ${cell}, seed ${seed}: ${reason}`);
  return [formatTable(['cell', 'runs', ...names, 'seconds'], rows), ...failed].join('\n');
}

/** What differs among the cells, and the metric of the sweep in any case. */
function columnsOf({ cells, metric }: Summary): string[] {
  const rows = cells.map(({ metrics }) => metrics).filter((metrics) => Object.keys(metrics).length > 0);
  const differs = (name: string) =>
    new Set(rows.flatMap((metrics) => metrics[name]?.values ?? [Number.NaN])).size > 1;
  const names = [...new Set([metric, ...rows.flatMap((metrics) => Object.keys(metrics))])];
  return names
    .filter((name) => rows.some((metrics) => metrics[name] !== undefined))
    .filter((name) => name === metric || differs(name))
    .slice(0, mostColumns);
}

export function requireAll({ tasks }: Plan, outcomes: readonly Outcome[]): void {
  if (outcomes.length < tasks.length) {
    const done = `${outcomes.length} of ${tasks.length} runs are known`;
    throw new Interrupted(`sweep: interrupted, ${done}; the same command goes on from here`);
  }
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
  if (failed > 0) {
    throw new InputError(
      `sweep: ${failed} of ${tasks.length} runs failed; the same command tries them again`,
    );
  }
}

function parseSeeds(text: string): number[] {
  const numbers = text.split(',').map(wholeFrom(0));
  const [count] = numbers;
  if (text.includes(',')) return numbers;
  if (count === undefined || count < 1) throw new InvalidArgumentError('There must be one at least.');
  return Array.from({ length: count }, (_, seed) => seed);
}
