import type { Command } from 'commander';
import { evaluateRun } from '../../pipelines/perform.ts';
import { RunFolder } from '../../runs/runFolder.ts';
import { corpusAt } from '../dataFolder.ts';
import { type Desk, type ToolOptions, toolsFrom, withToolOptions } from '../options.ts';
import { resultTables } from '../tables.ts';

type EvaluateOptions = ToolOptions & { readonly data?: string };

export function addEvaluate(program: Command, desk: Desk): void {
  const command = program
    .command('evaluate')
    .description('measure a trained run on its own test clips, or on all clips of another folder')
    .argument('<run>', 'its folder')
    .option('--data <path>', 'a folder or .csv table; all clips in it are tests');
  withToolOptions(command).action(async (path: string, options: EvaluateOptions) => {
    const run = RunFolder.open(path);
    const corpus = options.data === undefined ? undefined : corpusAt(options.data);
    const { metrics, report } = await evaluateRun(run, toolsFrom(options, desk), corpus);
    const tables = resultTables(metrics, report);
    if (options.json !== true) return desk.out(tables);
    desk.progress.note(tables);
    desk.out(JSON.stringify({ pipeline: run.record().pipeline, run: path, metrics }));
  });
}
