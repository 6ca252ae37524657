import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { encodeWav } from '@sonograd/dsp';
import { writeFileAtomic } from '@sonograd/tensor/files';
import { encodePicture } from '../../corpora/pictureFile.ts';
import { explainSystemError } from '../../inputError.ts';
import type { Made } from '../../pipelines/pipeline.ts';
import type { RunFolder } from '../../runs/runFolder.ts';
import type { Desk } from '../options.ts';
import { formatTable } from '../tables.ts';

interface Telling {
  readonly desk: Desk;
  readonly pipeline: string;
  readonly run: RunFolder;
  /** A folder; the samples of the run if unsaid. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** Writes made sounds as WAV and PNG, and says where they lie and what is heard in them. */
export function tellMade(made: readonly Made[], { desk, pipeline, run, out, json }: Telling): void {
  const folder = out ?? run.file('samples');
  const sounds = writeMade(made, folder);
  const rows = made.map(({ heard }, n) => [
    ...[sounds[n]!.wav, String(heard.digit), `${Math.round(100 * heard.confidence)} %`],
  ]);
  const table = formatTable(['sound, and its picture beside it as .png', 'heard as', 'sure by'], rows);
  if (json) {
    desk.progress.note(table);
    desk.out(JSON.stringify({ pipeline, run: run.path, sounds }));
  } else desk.out(table);
}

/** Files named as the sounds are, what was of that name before is replaced. */
export function writeMade(made: readonly Made[], folder: string) {
  try {
    mkdirSync(folder, { recursive: true });
    return made.map(({ name, samples, sampleRate, picture, range, heard }) => {
      const [wav, png] = [join(folder, `${name}.wav`), join(folder, `${name}.png`)];
      writeFileAtomic(wav, encodeWav({ channels: [samples], sampleRate }));
      writeFileAtomic(png, encodePicture(picture, ...range));
      return { wav, png, heard };
    });
  } catch (error) {
    throw explainSystemError('made sounds', folder, error);
  }
}
