import type { Command } from 'commander';
import { performRun } from '../../pipelines/perform.ts';
import { findPipeline } from '../../pipelines/registry.ts';
import { RunFolder } from '../../runs/runFolder.ts';
import { parseConfig, type Settings } from '../../settings/settings.ts';
import { type Desk, type ToolOptions, toolsFrom, withToolOptions } from '../options.ts';
import { finish } from './finish.ts';

export function addResume(program: Command, desk: Desk): void {
  const command = program
    .command('resume')
    .description('go on with a run that was interrupted, as if it had not been')
    .argument('<run>', 'its folder');
  withToolOptions(command).action(async (path: string, options: ToolOptions) => {
    const run = RunFolder.open(path);
    const record = run.record();
    const pipeline = findPipeline(record.pipeline);
    const config = parseConfig(pipeline.schema, record.config as Settings);
    const started = performance.now();
    const done = await performRun(pipeline, config, toolsFrom(options, desk), () => run);
    await finish(done, { desk, started, json: options.json === true });
  });
}
