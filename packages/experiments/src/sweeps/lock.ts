import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, systemCode } from '../inputError.ts';

const pattern = /^\.lock-(\d+)$/;

/**
 * Makes this process the only one that works in a folder, and returns what ends that. A lock is a file with its
 * owner's number in it, linked into place whole; that of an owner who is gone is succeeded by the next, never removed
 * first, so that of two who find it one alone succeeds.
 */
export function lockFolder(folder: string): () => void {
  const before = numbers(folder);
  requireFree(folder, before);
  const number = Math.max(0, ...before) + 1;
  const path = fileOf(folder, number);
  const draft = join(folder, `.lock-draft-${process.pid}`);
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw taken(folder, readFileSync(path, 'utf8'));
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const others = numbers(folder).filter((other) => other !== number);
  try {
    requireFree(folder, others);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  for (const other of others) rmSync(fileOf(folder, other), { force: true });
  return () => rmSync(path, { force: true });
}

const fileOf = (folder: string, number: number): string => join(folder, `.lock-${number}`);

const numbers = (folder: string): number[] =>
  readdirSync(folder).flatMap((name) => {
    const number = pattern.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });

function requireFree(folder: string, locks: readonly number[]): void {
  for (const number of locks) {
    const owner = ownerOf(folder, number);
    if (owner !== undefined && isAlive(owner)) throw taken(folder, String(owner));
  }
}

/** Whoever ended between a look at the folder and a look at the file holds nothing any more. */
function ownerOf(folder: string, number: number): number | undefined {
  try {
    return Number(readFileSync(fileOf(folder, number), 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const taken = (folder: string, owner: string): InputError =>
  new InputError(
    `sweep: process ${owner} is at work in this folder, wait for it or choose another by --out, ${folder}`,
  );

/** Signal 0 reaches nobody; it only asks. A process of someone else's exists as well. */
export function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
