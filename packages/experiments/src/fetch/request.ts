import { firstLine, InputError, systemCode } from '../inputError.ts';

/** A failure that may pass: a broken line, a busy server, a wrong length. Trying again makes sense. */
export class Passing extends Error {
  override readonly name = 'Passing';
}

export interface Question {
  readonly url: string;
  /** How much of the file is here already, and the mark the server gave to that version of it. */
  readonly have: number;
  readonly mark: string | undefined;
  readonly stallMs: number;
  readonly signal: AbortSignal | undefined;
}

/** A file, or the rest of it, on its way. */
export interface Answer {
  /** Where in the file the bytes begin: `have`, or 0 if the server starts over. */
  readonly from: number;
  /** The length of the whole file, where the server says it. */
  readonly totalBytes: number | undefined;
  /** For asking after the rest another time. */
  readonly mark: string | undefined;
  readonly bytes: AsyncGenerator<Uint8Array, void>;
}

/**
 * Asks for a file from a place on. Without the server's mark it asks for the whole: two halves of different files make
 * no file.
 */
export async function askServer({ url, have, mark, stallMs, signal }: Question): Promise<Answer> {
  const watch = new StallWatch(stallMs, signal);
  const resuming = have > 0 && mark !== undefined;
  const headers = {
    'accept-encoding': 'identity',
    ...(resuming ? { range: `bytes=${have}-`, 'if-range': mark } : {}),
  };
  const response = await passing(watch, url, () => fetch(url, { headers, signal: watch.signal }));
  watch.heard();
  try {
    requireGood(response, url);
    const { from, totalBytes } = stretchOf(response, resuming ? have : 0, url);
    return { from, totalBytes, mark: markOf(response), bytes: readBody(response, watch, url) };
  } catch (error) {
    watch.stop();
    await response.body?.cancel();
    throw error;
  }
}

function requireGood({ status }: Response, url: string): void {
  if (status === 200 || status === 206) return;
  const what = `the server answers ${status}, ${url}`;
  if (status >= 500 || status === 408 || status === 416 || status === 429) throw new Passing(what);
  throw new InputError(`fetch: ${what}`);
}

function stretchOf(response: Response, have: number, url: string) {
  const length = response.headers.get('content-length');
  const lengthBytes = length === null ? undefined : Number(length);
  if (response.status === 200) return { from: 0, totalBytes: lengthBytes };
  const range = response.headers.get('content-range') ?? '';
  const [, first, total] = range.match(/^bytes (\d+)-\d+\/(\d+|\*)$/) ?? [];
  if (first === undefined || Number(first) !== have) {
    throw new InputError(`fetch: asked from byte ${have}, the server sends '${range}', ${url}`);
  }
  return { from: have, totalBytes: total === '*' ? undefined : Number(total) };
}

/** A weak mark stands for files that mean the same, not for the same bytes. */
function markOf({ headers }: Response): string | undefined {
  const etag = headers.get('etag');
  if (etag !== null && !etag.startsWith('W/')) return etag;
  return headers.get('last-modified') ?? undefined;
}

async function* readBody(
  response: Response,
  watch: StallWatch,
  url: string,
): AsyncGenerator<Uint8Array, void> {
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const part = await passing(watch, url, async () => reader?.read());
      watch.heard();
      if (part?.value === undefined) return;
      yield part.value;
    }
  } finally {
    watch.stop();
    await reader?.cancel().catch(() => undefined); // A line that is broken already cannot be hung up.
  }
}

/** What the network throws is a failure that may pass, unless it was the user who hung up. */
async function passing<Result>(watch: StallWatch, url: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    watch.stop();
    watch.requireWanted();
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const what = watch.stalled ? 'nothing came for too long' : (systemCode(cause) ?? firstLine(cause));
    throw new Passing(`${what}, ${url}`, { cause: error });
  }
}

/** Hangs up when the server has been silent for too long, or the user wants no more. */
class StallWatch {
  stalled = false;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly user: AbortSignal | undefined;

  constructor(stallMs: number, user: AbortSignal | undefined) {
    user?.throwIfAborted();
    this.user = user;
    this.timer = setTimeout(() => {
      this.stalled = true;
      this.controller.abort();
    }, stallMs);
    user?.addEventListener('abort', this.hangUp, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  heard(): void {
    this.timer.refresh();
  }

  requireWanted(): void {
    this.user?.throwIfAborted();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.user?.removeEventListener('abort', this.hangUp);
  }

  private readonly hangUp = (): void => this.controller.abort();
}
