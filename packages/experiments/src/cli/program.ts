import { Command } from 'commander';
import { addDenoise } from './commands/denoise.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addExportSpectrograms } from './commands/exportSpectrograms.ts';
import { addFetch } from './commands/fetch.ts';
import { addGenerate } from './commands/generate.ts';
import { addInterpolate } from './commands/interpolate.ts';
import { addListen } from './commands/listen.ts';
import { addLists } from './commands/lists.ts';
import { addPredict } from './commands/predict.ts';
import { addReport } from './commands/report.ts';
import { addResume } from './commands/resume.ts';
import { addSweep } from './commands/sweep.ts';
import { addTrain } from './commands/train.ts';
import { exitCodes, showFailure } from './exit.ts';
import type { Desk } from './options.ts';

const examples = `
Examples:
  sonograd train embed-concat                      digits by the built-in voice
  sonograd fetch fsdd
  sonograd train embed-average --data data/fsdd --seed 7
  sonograd train embed-concat --set autoencoder.code=64 --epochs 10
  sonograd evaluate runs/… --data recordings/
  sonograd predict runs/… seven.wav
  sonograd denoise runs/… noisy.wav clean.wav
  sonograd generate runs/… --digit 7
  sonograd sweep front-end --data data/fsdd --seeds 3

Exit codes: ${exitCodes.fine} all is well, ${exitCodes.bug} a fault of this program, ${exitCodes.badInput} \
something given to it is wrong, ${exitCodes.interrupted} interrupted.`;

const adders = [
  ...[addLists, addFetch, addExportSpectrograms, addTrain, addResume],
  ...[addEvaluate, addPredict, addListen, addDenoise, addReport, addSweep],
  ...[addGenerate, addInterpolate],
];

/** The whole command line. */
export function makeProgram(desk: Desk): Command {
  const program = new Command('sonograd')
    .description('Trains small networks on spoken digits, and shows what they heard.')
    .addHelpText('after', examples)
    .configureHelp({ helpWidth: 100 })
    .configureOutput({
      writeOut: (text) => desk.out(text.trimEnd()),
      writeErr: (text) => desk.progress.note(oneLine(text)),
    })
    .exitOverride();
  for (const add of adders) add(program, desk);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/** Runs one command line, and returns the exit code. */
export async function runCommandLine(args: readonly string[], desk: Desk): Promise<number> {
  try {
    await makeProgram(desk).parseAsync([...args], { from: 'user' });
    return exitCodes.fine;
  } catch (failure) {
    return showFailure(failure, desk.progress.note);
  }
}

/** An error and what it suggests instead. */
const oneLine = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ');
