import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeWav } from '@sonograd/dsp';
import { afterAll } from 'vitest';
import type { CorpusItem } from '../../packages/experiments/src/corpora/corpus.ts';

/** Recordings that are not part of the repository. */
const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
export const fsddFolder = join(shared, 'fsdd');
export const mnistFolder = join(shared, 'mnist');
export const fsddAvailable = existsSync(fsddFolder);
export const mnistAvailable = existsSync(mnistFolder);

/** A folder for the tests of one file, removed after them. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sonograd-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files below a folder: contents by path. */
export function writeFiles(folder: string, files: Record<string, string | Uint8Array>): string {
  for (const [path, content] of Object.entries(files)) {
    const whole = join(folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
  }
  return folder;
}

/** A quarter of a second of a tone. */
export function toneWav(hz: number, { sampleRate = 8000, channels = 1, seconds = 0.25 } = {}): Uint8Array {
  const length = Math.round(seconds * sampleRate);
  const tone = Float32Array.from({ length }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hz * n) / sampleRate));
  return encodeWav({ sampleRate, channels: Array.from({ length: channels }, () => tone) });
}

/** Items without sound, for splits. */
export function paperItems(speakers: number, takes: number): CorpusItem[] {
  return Array.from({ length: 10 * speakers * takes }, (_, n) => {
    const digit = Math.floor(n / (speakers * takes));
    const speaker = `s${Math.floor(n / takes) % speakers}`;
    const take = n % takes;
    const source = { kind: 'wav', path: `${n}` } as const;
    return { id: `${digit}_${speaker}_${take}`, digit, speaker, take, facts: {}, source, part: undefined };
  });
}
