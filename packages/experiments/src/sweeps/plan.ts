import { z } from 'zod';
import { corpusConfig, openCorpus } from '../corpora/open.ts';
import { firstLine, InputError } from '../inputError.ts';
import { configure } from '../pipelines/perform.ts';
import type { Pipeline, PipelineConfig } from '../pipelines/pipeline.ts';
import { findPipeline } from '../pipelines/registry.ts';
import type { Settings } from '../settings/settings.ts';
import { type Cell, cellsOf, type SweepDeclaration } from './declaration.ts';

/** One run of a sweep: a cell of its table with one seed. */
export interface Task {
  /** Below the folder of the sweep. */
  readonly folder: string;
  readonly cell: string;
  readonly pipeline: string;
  readonly seed: number;
  /** Whom training never hears, where speakers are left out in turn. */
  readonly speaker: string | undefined;
  readonly config: PipelineConfig;
}

export interface Plan {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly metric: string | undefined;
  /** Seed by seed, so that a sweep that is cut off has each cell once rather than one cell often. */
  readonly tasks: readonly Task[];
}

export interface PlanOptions {
  /** What people set, for all cells: stronger than the base of the sweep, weaker than what its cells are about. */
  readonly settings?: (pipeline: Pipeline) => readonly Settings[];
  readonly quick?: boolean;
  readonly seeds?: readonly number[];
  readonly speakersOut?: boolean;
  readonly metric?: string | undefined;
}

/** Every run with its whole config, so that what is wrong in any of them is known before the first begins. */
export function planSweep(name: string, declaration: SweepDeclaration, options: PlanOptions = {}): Plan {
  const { title = name, about, metric } = declaration;
  const { seeds = seedsOf(declaration), speakersOut = false } = options;
  const cells = cellsOf(declaration);
  const speakers = new Map(
    cells.map((cell) => [cell, speakersOut ? speakersOf(cell, options) : [undefined]]),
  );
  const tasks = seeds.flatMap((seed) =>
    cells.flatMap((cell) =>
      speakers.get(cell)!.map((speaker) => taskOf(cell, { seed, speaker, folder: '' }, options)),
    ),
  );
  const named = tasks.map((task) => ({ ...task, folder: folderOf(task) }));
  requireOwnFolders(named);
  return { name, title, about, metric: options.metric ?? metric, tasks: named };
}

export function seedsOf({ seeds }: SweepDeclaration): readonly number[] {
  return typeof seeds === 'number' ? Array.from({ length: seeds }, (_, seed) => seed) : seeds;
}

function taskOf(cell: Cell, place: Pick<Task, 'seed' | 'speaker' | 'folder'>, options: PlanOptions): Task {
  const { seed, speaker } = place;
  const split = speaker === undefined ? {} : { split: { kind: 'disjoint', testSpeakers: [speaker] } };
  const config = configOf(cell, [split, { seed }], options);
  return { ...place, cell: cell.name, pipeline: cell.pipeline, config };
}

function configOf(
  { name, pipeline: pipelineName, base, own }: Cell,
  place: readonly Settings[],
  { settings = () => [], quick = false }: PlanOptions,
): PipelineConfig {
  const pipeline = findPipeline(pipelineName);
  try {
    return configure(pipeline, [base, ...settings(pipeline), own, ...place], { quick });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`sweep: in the cell ${name}: ${firstLine(error)}`, { cause: error });
  }
}

function speakersOf(cell: Cell, options: PlanOptions): string[] {
  const parsed = z.looseObject({ corpus: corpusConfig }).safeParse(configOf(cell, [], options));
  if (!parsed.success) throw new InputError(`sweep: there are no speakers to leave out in ${cell.pipeline}`);
  const names = openCorpus(parsed.data.corpus)
    .items()
    .map(({ speaker }) => speaker);
  return [...new Set(names)].sort();
}

function folderOf({ cell, seed, speaker }: Task): string {
  const word = (text: string) => text.replaceAll(/[^\p{L}\p{N}.=-]+/gu, '-').replaceAll(/^[.-]+|[.-]+$/g, '');
  const run = speaker === undefined ? `seed-${seed}` : `without-${word(speaker)}-seed-${seed}`;
  return `${word(cell) || 'cell'}/${run}`;
}

function requireOwnFolders(tasks: readonly Task[]): void {
  const owners = new Map<string, Task>();
  for (const task of tasks) {
    const other = owners.get(task.folder);
    if (other !== undefined) {
      throw new InputError(`sweep: two cells must not share a name, ${other.cell} and ${task.cell}`);
    }
    owners.set(task.folder, task);
  }
}
