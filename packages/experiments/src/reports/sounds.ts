import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { RunFolder } from '../runs/runFolder.ts';
import { type Html, html } from './html.ts';
import { dataUri } from './picture.ts';

/** A page with more sound in it than this opens slowly. */
const mostBytes = 12 * 2 ** 20;

export interface SoundFiles {
  readonly names: readonly string[];
  /** The sound itself for as long as there is room in the page, then nothing. */
  take(name: string): string | undefined;
}

/** The WAV files of a run, inputs before outputs. */
export function soundFiles(folder: RunFolder): SoundFiles {
  const names = folder.has('samples') ? readdirSync(folder.file('samples')).sort() : [];
  const wavs = names.filter((name) => /\.wav$/i.test(name));
  let room = mostBytes;
  return {
    names: wavs,
    take(name) {
      // Names come from a file; what is not in the folder is not read.
      if (!wavs.includes(basename(name))) return undefined;
      const bytes = folder.readBytes(`samples/${basename(name)}`);
      room -= bytes.length;
      return room < 0 ? undefined : dataUri('audio/wav', bytes);
    },
  };
}

export const player = (label: string, title: string, uri: string | undefined): Html =>
  uri === undefined
    ? html`<p class="note">${title}: in the run's folder, below <code>samples/</code></p>`
    : html`<div><span class="quiet">${title}</span><audio controls preload="metadata" aria-label="${label}" src="${uri}"></audio></div>`;
