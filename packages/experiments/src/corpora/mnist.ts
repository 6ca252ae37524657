import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../inputError.ts';
import { requireFolder } from './folder.ts';
import { decodeIdx } from './idx.ts';

/** Pictures of one size and their digits, side by side in memory: a byte a pixel, row by row. */
export interface ImageSet {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  /** Who drew each of them, where that is known. */
  readonly writers?: readonly string[];
}

export interface ImageCorpus {
  readonly name: string;
  readonly licence: string;
  readonly home: string;
  /** Whether there are pictures for this. */
  has(part: 'train' | 'test'): boolean;
  /** Read when first asked for: 47 MB for the 60,000 of training. */
  images(part: 'train' | 'test'): ImageSet;
  checksum(): string;
}

const prefixes = { train: 'train', test: 't10k' };

/** Handwritten digits, 28 x 28, from the four files of the MNIST database, gzipped or plain. */
export function openMnist(folder: string): ImageCorpus {
  requireFolder('mnist', folder);
  const sets = new Map<string, ImageSet>();
  return {
    name: 'mnist',
    licence: 'CC BY-SA 3.0',
    home: 'http://yann.lecun.com/exdb/mnist',
    has: (part) => findIdxFile(folder, `${prefixes[part]}-images-idx3-ubyte`) !== undefined,
    images: (part) => {
      const set = sets.get(part) ?? readSet(folder, prefixes[part]);
      sets.set(part, set);
      return set;
    },
    checksum: () => {
      const hash = createHash('sha256');
      for (const prefix of Object.values(prefixes)) {
        for (const kind of ['images-idx3', 'labels-idx1']) {
          hash.update(decodeIdx(...readIdxFile(folder, `${prefix}-${kind}-ubyte`)).data);
        }
      }
      return hash.digest('hex');
    },
  };
}

function readSet(folder: string, prefix: string): ImageSet {
  const images = decodeIdx(...readIdxFile(folder, `${prefix}-images-idx3-ubyte`));
  const [labelBytes, labelPath] = readIdxFile(folder, `${prefix}-labels-idx1-ubyte`);
  const labels = decodeIdx(labelBytes, labelPath);
  const [count = 0, height = 0, width = 0] = images.shape;
  if (images.shape.length !== 3 || labels.shape.length !== 1 || labels.shape[0] !== count) {
    const shapes = `[${images.shape.join(', ')}] and [${labels.shape.join(', ')}]`;
    throw new InputError(`mnist: images and labels do not belong together, ${shapes} in ${folder}`);
  }
  const wrong = labels.data.findIndex((label) => label > 9);
  if (wrong >= 0) {
    throw new InputError(`mnist: a label is 0 to 9, ${labels.data[wrong]} at ${wrong} in ${labelPath}`);
  }
  return { count, height, width, pixels: images.data, labels: labels.data };
}

function readIdxFile(folder: string, name: string): [bytes: Uint8Array, path: string] {
  const path = findIdxFile(folder, name);
  if (path === undefined) {
    throw new InputError(`mnist: ${name}.gz is missing, ${folder} (get it: sonograd fetch mnist)`);
  }
  return [readFileSync(path), path];
}

/** Gzipped or plain; some copies write `images.idx3` for `images-idx3`. */
function findIdxFile(folder: string, name: string): string | undefined {
  const names = [name, name.replace('-idx', '.idx')];
  const paths = names.flatMap((name) => [`${name}.gz`, name]).map((file) => join(folder, file));
  return paths.find((path) => existsSync(path));
}
