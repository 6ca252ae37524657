import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readFile, writeFileAtomic } from '@sonograd/tensor/files';
import type { CheckpointStore } from '../train/store.ts';

/**
 * Checkpoints as files of a folder, `last.safetensors` and `best.safetensors`. Each is written beside its target,
 * synced and renamed, so that whatever kills the process, a whole one remains.
 */
export function checkpointFolder(path: string): CheckpointStore & { readonly path: string } {
  mkdirSync(path, { recursive: true });
  sweep(path);
  const fileOf = (name: string) => join(path, `${name}.safetensors`);
  return {
    path,
    write: (name, bytes) => writeFileAtomic(fileOf(name), bytes),
    read: (name) => (existsSync(fileOf(name)) ? readFile(fileOf(name)) : undefined),
  };
}

/** Halves that killed processes left behind: `.last.safetensors.<process>.<count>.tmp`. */
function sweep(path: string): void {
  for (const name of readdirSync(path)) {
    const owner = /^\..+\.safetensors\.(\d+)\.\d+\.tmp$/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(join(path, name), { force: true });
  }
}

/** Signal 0 reaches nobody; it only asks. A process of someone else's exists as well. */
function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
