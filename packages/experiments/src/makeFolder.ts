import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { explainSystemError, systemCode } from './inputError.ts';

/**
 * Makes a folder and those above it. Node's own `recursive` says that a folder does not exist where the disk is
 * read-only, and never comes back from places such as /proc.
 */
export function makeFolder(op: string, path: string): void {
  try {
    makeStep(path);
  } catch (error) {
    throw explainSystemError(op, path, error);
  }
}

function makeStep(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && dirname(path) !== path) {
      makeStep(dirname(path));
      mkdirSync(path);
    } else if (!isFolder(path)) throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
