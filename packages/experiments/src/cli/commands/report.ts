import type { Command } from 'commander';
import { writeReport } from '../../reports/writeReport.ts';
import { RunFolder } from '../../runs/runFolder.ts';
import type { Desk } from '../options.ts';

interface ReportOptions {
  readonly out?: string;
  readonly json?: boolean;
}

export function addReport(program: Command, desk: Desk): void {
  program
    .command('report')
    .description('write the page of a run anew, or one page with several runs side by side')
    .argument('<run...>', 'their folders')
    .option('--out <file>', 'where to (default: into the folder of the first run)')
    .option('--json', 'say where the page is as one JSON object')
    .action(async (paths: string[], { out, json }: ReportOptions) => {
      const runs = paths.map((path) => RunFolder.open(path));
      const report = await writeReport(runs, out);
      desk.out(json === true ? JSON.stringify({ runs: paths, report }) : report);
    });
}
