import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Chunk, extractChunk, type Job } from './chunk.ts';
import type { FeatureConfig } from './config.ts';
import type { Order } from './worker.ts';

/** Items that travel together: enough to make the trip worth it, few enough to keep memory small. */
const chunkSize = 16;

/** A thread takes most of a second to begin; with fewer items it would end before it helped. */
const worthAThread = 256;

/**
 * The features of all jobs, in their order, by several threads. At most two chunks a thread are under way or waiting,
 * so memory does not grow with the number of jobs, however slow the one who takes them.
 */
export async function* extractInOrder(
  jobs: readonly Job[],
  config: FeatureConfig,
  threads: number,
): AsyncGenerator<Chunk, void> {
  const size = Math.min(threads, Math.ceil(jobs.length / worthAThread));
  const crew = size > 1 ? new Crew(size) : undefined;
  const start = (part: readonly Job[]) => crew?.run({ jobs: part, config }) ?? extractHere(part, config);
  const pending: Promise<Chunk>[] = [];
  try {
    for (let from = 0; from < jobs.length; from += chunkSize) {
      if (pending.length >= (crew === undefined ? 1 : 2 * size)) yield await pending.shift()!;
      const chunk = start(jobs.slice(from, from + chunkSize));
      // A failure is raised when its turn comes; until then nobody listens, which Node takes for neglect.
      chunk.catch(() => undefined);
      pending.push(chunk);
    }
    for (const chunk of pending) yield await chunk;
  } finally {
    await crew?.close();
  }
}

/** Between two chunks, whatever else this process has to do: progress, signals. */
async function extractHere(jobs: readonly Job[], config: FeatureConfig): Promise<Chunk> {
  await setImmediate();
  return extractChunk(jobs, config);
}

interface Task {
  readonly order: Order;
  readonly resolve: (chunk: Chunk) => void;
  readonly reject: (error: unknown) => void;
}

class Crew {
  private readonly members: Worker[];
  private readonly idle: Worker[];
  private readonly waiting: Task[] = [];
  private readonly busy = new Map<Worker, Task>();
  private failure: unknown;

  constructor(threads: number) {
    this.members = Array.from({ length: threads }, () => this.hire());
    this.idle = [...this.members];
  }

  run(order: Order): Promise<Chunk> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      this.waiting.push({ order, resolve, reject });
      this.assign();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((worker) => worker.terminate()));
  }

  private hire(): Worker {
    const worker = startWorker();
    worker.on('message', (chunk: Chunk) => {
      const task = this.busy.get(worker);
      this.busy.delete(worker);
      this.idle.push(worker);
      task?.resolve(chunk);
      this.assign();
    });
    worker.on('error', (error) => this.fail(error));
    worker.on('exit', (code) =>
      this.fail(new Error(`features: a thread ended too early, exit code ${code}`)),
    );
    return worker;
  }

  private assign(): void {
    while (this.waiting.length > 0 && this.idle.length > 0) {
      const worker = this.idle.pop()!;
      const task = this.waiting.shift()!;
      this.busy.set(worker, task);
      this.send(worker, task);
    }
  }

  /** What cannot be copied to a thread fails here, in the middle of somebody else's event. */
  private send(worker: Worker, { order }: Task): void {
    try {
      worker.postMessage(order);
    } catch (error) {
      this.fail(error);
    }
  }

  /** One thread's end is the end of the crew: what is under way or waits will not come. */
  private fail(error: unknown): void {
    this.failure ??= error;
    for (const { reject } of [...this.busy.values(), ...this.waiting]) reject(error);
    this.busy.clear();
    this.waiting.length = 0;
  }
}

/** Built, a thread is a file like any other; from source it needs a loader, and the packages' sources. */
function startWorker(): Worker {
  const fromSource = import.meta.url.endsWith('.ts');
  return fromSource
    ? new Worker(new URL('./sourceWorker.mjs', import.meta.url), {
        execArgv: ['--conditions=sonograd-source'],
      })
    : new Worker(new URL('./worker.js', import.meta.url));
}
