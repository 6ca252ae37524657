import { type Command, Option } from 'commander';
import { InputError } from '../../inputError.ts';
import { trainedOf } from '../../pipelines/perform.ts';
import type { InterpolateOptions } from '../../pipelines/pipeline.ts';
import { findPipeline } from '../../pipelines/registry.ts';
import { RunFolder } from '../../runs/runFolder.ts';
import { type Desk, type ToolOptions, toolsFrom, wholeFrom, withToolOptions } from '../options.ts';
import { tellMade } from './made.ts';

interface InterpolateCommandOptions extends ToolOptions {
  readonly steps: number;
  readonly path: InterpolateOptions['path'];
  readonly out?: string;
}

const examples = `
Examples:
  sonograd interpolate runs/… one.wav seven.wav
  sonograd interpolate runs/… one.wav seven.wav --steps 5 --path linear --out between/

The first and the last sound are the two files as the code remembers them.`;

export function addInterpolate(program: Command, desk: Desk): void {
  const command = program
    .command('interpolate')
    .description('make the sounds on the way from one to another, as WAV and PNG')
    .argument('<run>', 'the folder of a run that learnt to make sounds, such as one of vae')
    .argument('<from>', 'a WAV file')
    .argument('<to>', 'another')
    .option('--steps <count>', 'how many sounds, both ends counted', wholeFrom(2), 8)
    .addOption(
      new Option('--path <kind>', 'through the code in a straight line, or along an arc around its middle')
        .choices(['spherical', 'linear'])
        .default('spherical'),
    )
    .option('--out <folder>', "where to (default: the run's samples/, where its report finds them)")
    .addHelpText('after', examples);
  withToolOptions(command).action(
    (path: string, from: string, to: string, options: InterpolateCommandOptions) => {
      const run = RunFolder.open(path);
      const pipeline = findPipeline(run.record().pipeline);
      if (pipeline.interpolate === undefined) {
        throw new InputError(`interpolate: this pipeline has no code to walk through, ${pipeline.name}`);
      }
      toolsFrom(options, desk);
      const way = { from, to, steps: options.steps, path: options.path };
      const made = pipeline.interpolate(trainedOf(run), way);
      tellMade(made, { desk, pipeline: pipeline.name, run, out: options.out, json: options.json === true });
    },
  );
}
