import { type Command, InvalidArgumentError } from 'commander';
import { InputError } from '../../inputError.ts';
import { trainedOf } from '../../pipelines/perform.ts';
import { findPipeline } from '../../pipelines/registry.ts';
import { RunFolder } from '../../runs/runFolder.ts';
import { type Desk, type ToolOptions, toolsFrom, wholeFrom, withToolOptions } from '../options.ts';
import { tellMade } from './made.ts';

interface GenerateCommandOptions extends ToolOptions {
  readonly count: number;
  readonly digit?: number;
  readonly seed: number;
  readonly out?: string;
}

const examples = `
Examples:
  sonograd generate runs/… --count 8
  sonograd generate runs/… --digit 7 --count 3 --out sevens/

Without --digit, codes are drawn from the prior that the model learnt under: anything may come, also what is no digit.
With it they are drawn from where that digit's training clips lie. "Heard as" is what the run's own judge makes of each.`;

export function addGenerate(program: Command, desk: Desk): void {
  const command = program
    .command('generate')
    .description('make sounds that nobody spoke, as WAV and PNG')
    .argument('<run>', 'the folder of a run that learnt to make sounds, such as one of vae')
    .option('--count <number>', 'how many', wholeFrom(1), 8)
    .option('--digit <digit>', 'which digit; any if unsaid', digitFrom)
    .option('--seed <number>', 'another seed, other sounds', wholeFrom(0), 0)
    .option('--out <folder>', "where to (default: the run's samples/, where its report finds them)")
    .addHelpText('after', examples);
  withToolOptions(command).action((path: string, options: GenerateCommandOptions) => {
    const run = RunFolder.open(path);
    const pipeline = findPipeline(run.record().pipeline);
    if (pipeline.generate === undefined) {
      throw new InputError(`generate: this pipeline makes no sounds of its own, ${pipeline.name}`);
    }
    toolsFrom(options, desk);
    const { count, digit, seed } = options;
    const made = pipeline.generate(trainedOf(run), { count, digit, seed });
    tellMade(made, { desk, pipeline: pipeline.name, run, out: options.out, json: options.json === true });
  });
}

function digitFrom(text: string): number {
  if (/^\d$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a digit, 0 to 9.');
}
