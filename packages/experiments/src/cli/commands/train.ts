import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { configure, performRun } from '../../pipelines/perform.ts';
import { findPipeline } from '../../pipelines/registry.ts';
import { RunFolder, requireWritable } from '../../runs/runFolder.ts';
import {
  type Desk,
  type SettingOptions,
  settingsFrom,
  type ToolOptions,
  toolsFrom,
  withSettingOptions,
  withToolOptions,
} from '../options.ts';
import { finish } from './finish.ts';

type TrainOptions = ToolOptions & SettingOptions & { readonly runs: string };

export function addTrain(program: Command, desk: Desk): void {
  const command = program
    .command('train')
    .description('train a pipeline; leaves a run folder with weights, curves, metrics and a report')
    .argument('<pipeline>', 'its name, as `sonograd pipelines` has it')
    .option('--runs <folder>', 'where run folders go', 'runs');
  withToolOptions(withSettingOptions(command)).action(async (name: string, options: TrainOptions) => {
    const pipeline = findPipeline(name);
    const config = configure(pipeline, settingsFrom(pipeline, options), { quick: options.quick === true });
    requireWritable(options.runs);
    const started = performance.now();
    const done = await performRun(pipeline, config, toolsFrom(options, desk), () => {
      const record = { pipeline: name, config, started: new Date().toISOString(), version: version() };
      const run = RunFolder.create(options.runs, record);
      desk.progress.note(`run: ${run.path}`);
      return run;
    });
    await finish(done, { desk, started, json: options.json === true });
  });
}

function version(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
