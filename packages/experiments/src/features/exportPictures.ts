import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CorpusItem, Part } from '../corpora/corpus.ts';
import { encodePicture } from '../corpora/pictureFile.ts';
import { explainSystemError, InputError } from '../inputError.ts';
import { makeFolder } from '../makeFolder.ts';
import { type FeatureConfig, featureConfig } from './config.ts';
import { extractFrom } from './extract.ts';

/** The pictures that teaching projects begin with: 128 mel bands, as many frames as the clip has. */
export const pictureSettings = featureConfig.parse({
  spectrum: { kind: 'log-mel', nFft: 512, winLength: 512, hopLength: 128, nMels: 128, ref: 'max', topDb: 80 },
  size: { fit: 'keep' },
  normalise: { kind: 'none' },
});

export interface ExportOptions {
  /** Default: `pictureSettings`. Sizes and normalisations make pictures too; these are honest about the sound. */
  readonly config?: FeatureConfig;
  /** The values that are drawn black and white. Default: -80 and 0, decibels below the loudest. */
  readonly low?: number;
  readonly high?: number;
  readonly onProgress?: (done: number) => void;
}

const folders: Record<Part, string> = {
  train: 'Train_spectrograms',
  validation: 'Valid_spectrograms',
  test: 'Test_spectrograms',
};

/**
 * Draws every item as a grey PNG, `Train_spectrograms/7/7_george_12.png`; items whose part nobody named are for
 * training. The folder appears when all are drawn.
 */
export async function exportPictures(
  items: readonly CorpusItem[],
  folder: string,
  options: ExportOptions = {},
): Promise<void> {
  const { config = pictureSettings, low = -80, high = 0, onProgress } = options;
  if (existsSync(folder))
    throw new InputError(`exportPictures: the folder is there already, name another, ${folder}`);
  if (!(low < high)) throw new InputError(`exportPictures: low must be below high, low=${low}, high=${high}`);
  requireDistinct(items);
  const temporary = join(dirname(folder), `.${basename(folder)}.${process.pid}.tmp`);
  try {
    for (const [index, item] of items.entries()) {
      const place = join(temporary, dirname(pathOf(item)));
      makeFolder('exportPictures', place);
      const { feature } = extractFrom(item.source, config, item.id);
      await writeFile(join(temporary, pathOf(item)), encodePicture(feature, low, high));
      onProgress?.(index + 1);
    }
    await rename(temporary, folder);
  } catch (error) {
    throw explainSystemError('exportPictures', folder, error);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function pathOf({ digit, speaker, take, part = 'train' }: CorpusItem): string {
  return join(folders[part], String(digit), `${digit}_${speaker}_${take}.png`);
}

function requireDistinct(items: readonly CorpusItem[]): void {
  const paths = new Map<string, CorpusItem>();
  for (const item of items) {
    const twin = paths.get(pathOf(item));
    if (twin !== undefined) {
      const rule = 'two items have one digit, speaker and take';
      throw new InputError(`exportPictures: ${rule}, ${twin.id} and ${item.id}`);
    }
    paths.set(pathOf(item), item);
  }
}
