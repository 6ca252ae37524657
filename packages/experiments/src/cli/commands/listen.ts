import type { Command } from 'commander';
import { InputError } from '../../inputError.ts';
import { openTrained } from '../../pipelines/perform.ts';
import { findPipeline } from '../../pipelines/registry.ts';
import { RunFolder } from '../../runs/runFolder.ts';
import { type Desk, type ToolOptions, toolsFrom, withToolOptions } from '../options.ts';

export function addListen(program: Command, desk: Desk): void {
  const command = program
    .command('listen')
    .description('write what goes into a trained model and what comes out, as WAV and PNG')
    .argument('<run>', 'its folder; they go into its samples/');
  withToolOptions(command).action(async (path: string, options: ToolOptions) => {
    const run = RunFolder.open(path);
    const { name, listen } = findPipeline(run.record().pipeline);
    if (listen === undefined) throw new InputError(`listen: this pipeline makes no sound, ${name}`);
    const tools = toolsFrom(options, desk);
    const { trained, data } = await openTrained(run, tools);
    const files = listen({ ...tools, ...trained, data, run });
    if (options.json === true) return desk.out(JSON.stringify({ pipeline: name, run: path, files }));
    for (const file of files) desk.out(file);
  });
}
