import { heap } from '../heap/heap.ts';
import { type Dispatcher, setDispatcher } from '../runtime/kernel.ts';
import { layout } from './control.ts';
import { Crew } from './crew.ts';
import { Dispatch, mayWait } from './dispatch.ts';
import { availableCores, requireThreads } from './requested.ts';
import { canSpawn } from './spawn.ts';

/** What the pool is doing, for `engine()` and for people. */
export interface PoolState {
  /** As asked for, the calling thread included. */
  readonly threads: number;
  /** Workers that can take work at this moment; they start with the first work that is worth sharing. */
  readonly workersUp: number;
  /** How the calling thread waits for the last tiles: a page's main thread may not sleep. */
  readonly callerWaits: 'sleeping' | 'spinning';
  /** Why work stays on the calling thread although more were asked for. */
  readonly reason: string | undefined;
}

/**
 * Bridges the gaps between the ops of a training step, since waking a sleeper takes 10 to 50 µs. Not longer: on a
 * busy machine a worker may watch from the very core that the caller is waiting for.
 */
const spinMicroseconds = 50;

let threads = 1;
let crew: Crew | undefined;
/** Whether the crew was told how many it shall be. */
let isCrewed = false;
let dispatch: Dispatch | undefined;

/**
 * From now on kernels run on so many threads, this one included. Takes effect by itself: new workers join when
 * they are up, workers that are too many end. Results do not depend on it, to the bit. After a worker was lost
 * this starts over.
 */
export function setThreads(count: number): void {
  threads = requireThreads('setThreads', count);
  if (crew?.broken !== undefined) crew = undefined;
  crew?.resize(Math.min(crew.size, threads - 1));
  isCrewed = false;
  setDispatcher(threads > 1 && impossible() === undefined ? share : null);
}

/** Resolves when all workers are up, so that the next kernel finds them; rejects with what keeps them from it. */
export async function poolReady(): Promise<void> {
  if (threads === 1) return;
  const reason = impossible();
  if (reason !== undefined) throw new Error(reason);
  await present().settled();
}

export function poolState(): PoolState {
  return {
    threads,
    workersUp: crew?.readyCount ?? 0,
    callerWaits: mayWait() ? 'sleeping' : 'spinning',
    reason: threads === 1 ? undefined : (impossible() ?? crew?.broken),
  };
}

const share: Dispatcher = (kernel, args, items, grain) => {
  dispatch ??= new Dispatch(heap);
  dispatch.run(present(), kernel, items, args, grain);
};

/** The crew, brought to its size at first need. One that lost a worker stays, and takes no work. */
function present(): Crew {
  if (crew !== undefined && isCrewed) return crew;
  crew ??= new Crew(heap.memory, heap.i32(heap.allocate(layout.words * 4), layout.words).fill(0));
  crew.spinMicroseconds = threads > availableCores() ? 0 : spinMicroseconds;
  crew.resize(threads - 1);
  isCrewed = true;
  return crew;
}

function impossible(): string | undefined {
  if (!heap.shared) return 'threads: no shared memory here; a page must be cross-origin isolated';
  return canSpawn ? undefined : 'threads: no workers here';
}
