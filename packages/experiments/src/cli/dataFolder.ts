import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { explainSystemError, InputError } from '../inputError.ts';
import type { Settings } from '../settings/settings.ts';

/**
 * The corpus that lies in a folder (or a table), as settings: the one that was named, or the one whose files are named
 * as these are.
 */
export function corpusAt(path: string, name?: string): { readonly corpus: Settings } {
  if (!existsSync(path)) throw new InputError(`--data: it does not exist, ${path}`);
  const known = name === undefined || name === 'synth' ? guess(path) : name;
  return { corpus: known === 'csv' ? { name: known, file: path } : { name: known, folder: path } };
}

function guess(path: string): string {
  if (extname(path).toLowerCase() === '.csv') return 'csv';
  if (!statSync(path).isDirectory()) {
    throw new InputError(`--data: give a folder, or a table ending in .csv, ${path}`);
  }
  const names = list(path);
  if (names.includes('audioMNIST_meta.txt') || existsSync(join(path, 'data', 'audioMNIST_meta.txt'))) {
    return 'audiomnist';
  }
  if (names.some((name) => /^(train|t10k)-images[-.]idx3-ubyte(\.gz)?$/.test(name))) return 'mnist';
  if (names.some((name) => /^(train|valid|test)_spectrograms$/i.test(basename(name)))) return 'pictures';
  if (names.some((name) => extname(name).toLowerCase() === '.png')) return 'pictures';
  const sounds = names.includes('recordings') ? list(join(path, 'recordings')) : names;
  return sounds.some((name) => /^\d_[a-z]+_\d+\.wav$/.test(name)) ? 'fsdd' : 'folder';
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw explainSystemError('--data', path, error);
  }
}
