import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeWav } from '@sonograd/dsp';
import { afterAll, vi } from 'vitest';
import { runCommandLine } from '../../../packages/experiments/src/cli/program.ts';
import { readAudio } from '../../../packages/experiments/src/corpora/source.ts';

// Whole runs take their time on a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = mkdtempSync(join(tmpdir(), 'sonograd-cli-'));

/** Everything the tests of one file write lies here, and is gone afterwards. */
export function folder(name: string): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  return path;
}

afterAll(() => rmSync(root, { recursive: true, force: true }));

export interface Told {
  readonly code: number;
  /** Lines of standard output, and of standard error. */
  readonly out: readonly string[];
  readonly notes: readonly string[];
}

/** Runs a command line in this process. */
export async function sonograd(...args: string[]): Promise<Told> {
  const [out, notes]: [string[], string[]] = [[], []];
  const code = await runCommandLine(args, {
    out: (line) => void out.push(...line.split('\n')),
    progress: { note: (line) => void notes.push(line), bar: () => () => undefined, training: () => ({}) },
    signal: new AbortController().signal,
  });
  return { code, out, notes };
}

/** Features are the same in all tests of a file: one cache for them. */
export const cache = ['--cache', join(root, 'cache')];

/** Trains, and gives back the run's folder with what the command said. */
export async function train(
  pipeline: string,
  runs: string,
  ...args: string[]
): Promise<Told & { run: string }> {
  const told = await sonograd('train', pipeline, '--json', '--runs', runs, ...cache, ...args);
  const last = told.out.at(-1) ?? '{}';
  return { ...told, run: (JSON.parse(last) as { run?: string }).run ?? '' };
}

export function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

export const only = (path: string): string => join(path, readdirSync(path)[0] ?? '');

/** Some digits by the built-in voice, as files of the FSDD are named. */
export function writeDigits(path: string, { takes = 7, sampleRate = 8000, channels = 1 } = {}): string {
  mkdirSync(path, { recursive: true });
  for (const [name, speakerSeed] of [['anna', 900] as const, ['otto', 901] as const]) {
    for (let digit = 0; digit < 10; digit++) {
      for (let take = 3; take < takes; take++) {
        const { samples } = readAudio({ kind: 'voice', speakerSeed, digit, take, sampleRate });
        const wav = encodeWav({ channels: Array.from({ length: channels }, () => samples), sampleRate });
        writeFileSync(join(path, `${digit}_${name}_${take}.wav`), wav);
      }
    }
  }
  return path;
}

/** The same command line in a process of its own, to be killed. */
export function spawnSonograd(...args: string[]): ChildProcess & { ended: Promise<number | null> } {
  const options = [
    '--conditions=sonograd-source',
    '--import',
    'tsx',
    'packages/experiments/src/cli/index.ts',
  ];
  const child = spawn(process.execPath, [...options, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return Object.assign(child, { ended });
}

/** Looks again and again until something is so. */
export async function until(isSo: () => boolean, what: string, seconds = 100): Promise<void> {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; ) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`until: it never came to be, ${what}`);
}
