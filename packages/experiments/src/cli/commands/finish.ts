import type { Outcome } from '../../pipelines/perform.ts';
import { writeReport } from '../../reports/writeReport.ts';
import type { RunFolder } from '../../runs/runFolder.ts';
import type { Desk } from '../options.ts';
import { resultTables } from '../tables.ts';

interface Ending {
  readonly desk: Desk;
  /** By the clock of `performance`. */
  readonly started: number;
  readonly json: boolean;
}

/** Says what came of a run, and where it lies. */
export async function finish(
  { run, metrics, report }: Outcome & { readonly run: RunFolder },
  { desk, started, json }: Ending,
): Promise<void> {
  const page = await writeReport([run]);
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  const { pipeline } = run.record();
  const tables = resultTables(metrics, report);
  if (json) {
    desk.progress.note(tables);
    desk.out(JSON.stringify({ pipeline, run: run.path, report: page, metrics, seconds }));
    return;
  }
  desk.out(`\n${tables}\n`);
  desk.out(`${pipeline} took ${seconds} s. The report, for any browser: ${page}`);
}
