import type { Command } from 'commander';
import { InputError } from '../../inputError.ts';
import { trainedOf } from '../../pipelines/perform.ts';
import { findPipeline } from '../../pipelines/registry.ts';
import { RunFolder } from '../../runs/runFolder.ts';
import { type Desk, type ToolOptions, toolsFrom, withToolOptions } from '../options.ts';
import { formatTable } from '../tables.ts';

export function addPredict(program: Command, desk: Desk): void {
  const command = program
    .command('predict')
    .description('name the digits in files, prepared as those of training were')
    .argument('<run>', 'its folder')
    .argument('<file...>', 'WAV files of any rate and any number of channels');
  withToolOptions(command).action((path: string, files: string[], options: ToolOptions) => {
    const run = RunFolder.open(path);
    const pipeline = findPipeline(run.record().pipeline);
    if (pipeline.predict === undefined) {
      throw new InputError(`predict: this pipeline names nothing, ${pipeline.name}`);
    }
    toolsFrom(options, desk);
    const predictions = pipeline.predict(trainedOf(run), files);
    const rows = predictions.map(({ file, digit, confidence }) => [
      ...[file, String(digit), `${Math.round(100 * confidence)} %`],
    ]);
    const table = formatTable(['file', 'digit', 'sure by'], rows);
    if (options.json !== true) return desk.out(table);
    desk.progress.note(table);
    desk.out(JSON.stringify({ pipeline: pipeline.name, run: path, predictions }));
  });
}
