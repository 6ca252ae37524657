import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { encodeWav } from '@sonograd/dsp';
import { writeFileAtomic } from '@sonograd/tensor/files';
import { encodePicture } from '../../corpora/pictureFile.ts';
import { explainSystemError } from '../../inputError.ts';
import type { Heard, Made } from '../pipeline.ts';

export interface MadeFiles {
  readonly wav: string;
  readonly png: string;
  readonly heard: Heard;
}

/** Writes each sound with its picture beside it, in the place of what had that name. */
export function writeMade(made: readonly Made[], folder: string): MadeFiles[] {
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
