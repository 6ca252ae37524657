import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../inputError.ts';
import { makeFolder } from '../makeFolder.ts';
import { CellFolder, type CellResult } from './cellFolder.ts';
import { type ChildEnd, type Command, lastWords, ownCommandLine, runChild } from './child.ts';
import { isAlive, lockFolder } from './lock.ts';
import type { Plan, Task } from './plan.ts';
import { inParallel } from './pool.ts';

export interface SweepWork {
  readonly plan: Plan;
  readonly folder: string;
  /** Processes at a time, and threads for each. */
  readonly jobs: number;
  readonly threads: number;
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
  /** How long a process that lost its sweep may take to save and end. */
  readonly patienceMs?: number;
  readonly onOutcome?: (outcome: Outcome, known: readonly Outcome[]) => void;
  /** What runs a cell; the command line of this house unless a test has another. */
  readonly command?: Command;
}

/** What became of one run: figures, or why there are none. */
export interface Outcome {
  readonly task: Task;
  readonly result?: CellResult;
  readonly failure?: string;
}

/**
 * Runs what has not been run yet, each in a process of its own, and returns what became of all, in the order of the
 * plan. After the signal those are missing that did not come to their end.
 */
export async function performSweep(work: SweepWork): Promise<readonly Outcome[]> {
  const { plan, folder, jobs, signal, onOutcome, patienceMs = 20_000 } = work;
  makeFolder('sweep', folder);
  const unlock = lockFolder(folder);
  try {
    const cells = new Map(plan.tasks.map((task) => [task, new CellFolder(folder, task)]));
    const outcomes = new Map<Task, Outcome>();
    for (const [task, cell] of cells) {
      const result = cell.result();
      if (result !== undefined) outcomes.set(task, { task, result });
    }
    const open = plan.tasks.filter((task) => !outcomes.has(task));
    const orphans = open.map((task) => cells.get(task)!);
    await waitForOrphans(orphans, patienceMs);
    await inParallel(open, jobs, signal, async (task) => {
      const outcome = await runCell(task, cells.get(task)!, work);
      if (outcome === undefined) return;
      outcomes.set(task, outcome);
      onOutcome?.(outcome, [...outcomes.values()]);
    });
    return plan.tasks.flatMap((task) => outcomes.get(task) ?? []);
  } finally {
    unlock();
  }
}

async function runCell(
  task: Task,
  cell: CellFolder,
  { threads, cacheFolder, signal, command = ownCommandLine() }: SweepWork,
): Promise<Outcome | undefined> {
  const begun = cell.begun();
  const what =
    begun === undefined
      ? ['train', task.pipeline, '--config', cell.settings, '--runs', cell.runs]
      : ['resume', begun];
  const how = ['--json', '--threads', String(threads), '--cache', cacheFolder];
  const onStart = (processId: number) => cell.ownedBy(processId);
  const end = await runChild([...what, ...how], { command, log: cell.log, signal, onStart });
  cell.ownedByNobody();
  if (end.code === 0) return { task, result: cell.finish(end.said) };
  return signal.aborted ? undefined : { task, failure: reasonOf(end, cell.log) };
}

function reasonOf({ code, killedBy }: ChildEnd, log: string): string {
  const words = lastWords(log);
  if (killedBy === 'SIGKILL')
    return 'its process was killed; there may be too little memory for so many at a time';
  if (killedBy !== null) return `its process was ended by ${killedBy}`;
  return words === '' ? `it ended with exit code ${code}` : words;
}

/** Processes of a sweep that was killed save their last step and end by themselves; two must not work at one cell. */
async function waitForOrphans(cells: readonly CellFolder[], patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (const cell of cells) {
    const owner = cell.owner();
    while (owner !== undefined && isAlive(owner)) {
      if (Date.now() > deadline) {
        const advice = 'wait, or end it; if it is another program, delete process.json';
        throw new InputError(`sweep: process ${owner} is still at work here, ${advice}, ${cell.path}`);
      }
      await sleep(50);
    }
  }
}
