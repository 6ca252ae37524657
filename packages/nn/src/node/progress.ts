import type { Callback } from '../train/callback.ts';
import { type ProgressOptions, progressTo } from '../train/progressLine.ts';

/** A bar with rate, time left and loss on a terminal, and quiet lines elsewhere; both on stderr. */
export function progress(options: ProgressOptions & { readonly stream?: NodeJS.WriteStream } = {}): Callback {
  const { stream = process.stderr, ...rest } = options;
  return progressTo({ terminal: stream.isTTY === true, write: (text) => void stream.write(text) }, rest);
}
