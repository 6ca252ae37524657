import type { Command } from 'commander';
import { InputError } from '../../inputError.ts';
import { trainedOf } from '../../pipelines/perform.ts';
import { findPipeline } from '../../pipelines/registry.ts';
import { RunFolder } from '../../runs/runFolder.ts';
import { type Desk, type ToolOptions, toolsFrom, withToolOptions } from '../options.ts';

export function addDenoise(program: Command, desk: Desk): void {
  const command = program
    .command('denoise')
    .description('take the noise from a WAV file of any length, rate and number of channels')
    .argument('<run>', 'its folder')
    .argument('<input>', 'a WAV file')
    .argument('<output>', 'where the answer goes, as long as the input and at its rate');
  withToolOptions(command).action(
    async (path: string, input: string, output: string, options: ToolOptions) => {
      const run = RunFolder.open(path);
      const { name, denoise } = findPipeline(run.record().pipeline);
      if (denoise === undefined)
        throw new InputError(`denoise: this pipeline takes no noise from a sound, ${name}`);
      const { signal, progress } = toolsFrom(options, desk);
      const onProgress = progress.bar(`denoising ${input}`);
      const done = await denoise(trainedOf(run), { input, output, signal, onProgress });
      const { seconds, channels, sampleRate, modelRate } = done;
      if (sampleRate > modelRate) {
        progress.note(`the model works at ${modelRate} Hz: nothing above ${modelRate / 2} Hz is left`);
      }
      if (options.json === true)
        return desk.out(JSON.stringify({ pipeline: name, run: path, output, ...done }));
      const sound = `${seconds.toFixed(1)} s at ${sampleRate} Hz, ${channels === 1 ? 'mono' : `${channels} channels`}`;
      desk.out(`${output}: ${sound}`);
    },
  );
}
