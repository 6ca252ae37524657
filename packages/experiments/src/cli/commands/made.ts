import type { Made } from '../../pipelines/pipeline.ts';
import { writeMade } from '../../pipelines/shared/made.ts';
import type { RunFolder } from '../../runs/runFolder.ts';
import type { Desk } from '../options.ts';
import { formatTable } from '../tables.ts';

interface Telling {
  readonly desk: Desk;
  readonly pipeline: string;
  readonly run: RunFolder;
  /** A folder; the samples of the run if unsaid. */
  readonly out: string | undefined;
  readonly json: boolean;
}

/** Writes made sounds as WAV and PNG, and says where they lie and what is heard in them. */
export function tellMade(made: readonly Made[], { desk, pipeline, run, out, json }: Telling): void {
  const sounds = writeMade(made, out ?? run.file('samples'));
  const rows = sounds.map(({ wav, heard: { digit, confidence } }) => [
    ...[wav, String(digit), `${Math.round(100 * confidence)} %`],
  ]);
  const table = formatTable(['sound, and its picture beside it as .png', 'heard as', 'sure by'], rows);
  if (json) {
    desk.progress.note(table);
    desk.out(JSON.stringify({ pipeline, run: run.path, sounds }));
  } else desk.out(table);
}
