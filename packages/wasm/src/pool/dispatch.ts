import { layout } from './control.ts';
import type { Crew } from './crew.ts';

/** What a dispatch needs of a kernel: a name for messages, its module's bytes, its export, its function here. */
export interface ThreadedKernel {
  readonly name: string;
  readonly moduleBytes: Uint8Array;
  readonly exportName: string;
  readonly call: (args: number, begin: number, end: number) => void;
}

/** What a dispatch needs of the heap. */
export interface ThreadedHeap {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
}

const { epoch, unclaimed, pending, sleeping, command, failure } = layout;

/** After this long without news a caller that sleeps looks whether anybody is left to end its tiles. */
const roundMilliseconds = 250;

let waits: boolean | undefined;

/** A page's main thread may not wait on an atomic, and trying is the only way to know. */
export function mayWait(): boolean {
  waits ??= tryToWait();
  return waits;
}

function tryToWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Hands the ranges of a kernel to a crew, and works along. One thread dispatches: the one that built it. */
export class Dispatch {
  private readonly records = new WeakMap<ThreadedKernel, number>();
  private readonly modules = new WeakMap<Uint8Array, number>();
  private isBusy = false;

  /** `patienceMilliseconds`: how long no tile may end before the workers that own one are given up. */
  constructor(
    private readonly heap: ThreadedHeap,
    private readonly patienceMilliseconds = 30_000,
  ) {}

  /** Runs items 0 to `items`; with fewer than two tiles, or no worker up, on the calling thread alone. */
  run(crew: Crew, kernel: ThreadedKernel, items: number, args: number, grain: number): void {
    if (items <= grain || this.isBusy || crew.readyCount === 0) {
      kernel.call(args, 0, items);
      return;
    }
    this.isBusy = true;
    try {
      this.share(crew, kernel, items, args, grain);
    } finally {
      this.isBusy = false;
    }
  }

  private share(crew: Crew, kernel: ThreadedKernel, items: number, args: number, grain: number): void {
    const { words } = crew;
    const tiles = Math.ceil(items / grain);
    words[command.kernel] = this.recordOf(kernel);
    words[command.tiles] = tiles;
    words[command.items] = items;
    words[command.grain] = grain;
    words[command.args] = args;
    words[failure.by] = 0;
    Atomics.store(words, pending, tiles);
    Atomics.store(words, unclaimed, tiles);
    Atomics.add(words, epoch, 1);
    wake(crew, tiles - 1);
    const error = takeTiles(words, kernel, items, args, grain);
    this.finish(crew, kernel);
    if (error !== undefined) throw failureOf(kernel, 'the calling thread', error);
    if (words[failure.by] !== 0) throw failureOf(kernel, `worker ${words[failure.by]}`, readFailure(words));
  }

  /** The last tiles are in other hands. Nobody sleeps over a dispatch that lasts less than the spin. */
  private finish(crew: Crew, kernel: ThreadedKernel): void {
    const { words } = crew;
    const sleepAt = performance.now() + crew.spinMicroseconds / 1000;
    do {
      for (let turn = 0; turn < 100; turn++) if (Atomics.load(words, pending) <= 0) return;
    } while (performance.now() < sleepAt);
    let quietMilliseconds = 0;
    let left = Atomics.load(words, pending);
    while (left > 0) {
      quietMilliseconds = this.sleep(words, left) ? 0 : quietMilliseconds + roundMilliseconds;
      if (quietMilliseconds > 0) this.lookAround(crew, kernel, quietMilliseconds);
      left = Atomics.load(words, pending);
    }
  }

  /** Waits until `pending` is no longer `left`; false when a round went by without a change. */
  private sleep(words: Int32Array, left: number): boolean {
    if (mayWait()) return Atomics.wait(words, pending, left, roundMilliseconds) !== 'timed-out';
    const until = performance.now() + roundMilliseconds;
    while (performance.now() < until) if (Atomics.load(words, pending) !== left) return true;
    return false;
  }

  /**
   * A worker that trapped has reported it and goes on; one that ended cannot end its tile. One that died without
   * a word (memory, a foreign `terminate`) shows only by its silence, hence the patience.
   */
  private lookAround(crew: Crew, kernel: ThreadedKernel, quietMilliseconds: number): void {
    const owners = crew.owners();
    const areGone = owners.length > 0 && owners.every(({ isGone }) => isGone);
    if (!areGone && quietMilliseconds < this.patienceMilliseconds) return;
    const who = owners.length > 0 ? owners.map(({ slot }) => `worker ${slot + 1}`).join(', ') : 'a worker';
    const why = areGone ? 'ended' : `silent for ${quietMilliseconds} ms`;
    const error = failureOf(kernel, who, `${why}; threads are off`);
    crew.abandon(error.message);
    throw error;
  }

  /** The kernel's record in the heap, by which workers find it (see workerSource.ts). Lives as long as the process. */
  private recordOf(kernel: ThreadedKernel): number {
    const known = this.records.get(kernel);
    if (known !== undefined) return known;
    const name = Uint8Array.from(kernel.exportName, (letter) => letter.charCodeAt(0));
    const bytes = this.modules.get(kernel.moduleBytes) ?? this.store(kernel.moduleBytes);
    this.modules.set(kernel.moduleBytes, bytes);
    const fields = Uint32Array.of(bytes, kernel.moduleBytes.length, this.store(name), name.length);
    const record = this.store(new Uint8Array(fields.buffer));
    this.records.set(kernel, record);
    return record;
  }

  private store(bytes: Uint8Array): number {
    const pointer = this.heap.allocate(bytes.length);
    new Uint8Array(this.heap.memory.buffer, pointer, bytes.length).set(bytes);
    return pointer;
  }
}

/** Workers that spin see the epoch by themselves; a sleeper costs several microseconds, so no more than needed. */
function wake({ words, readyCount }: Crew, wanted: number): void {
  const asleep = Atomics.load(words, sleeping);
  const missing = wanted - (readyCount - asleep);
  if (asleep > 0 && missing > 0) Atomics.notify(words, epoch, missing);
}

/** The caller's share; the same as in a worker. A failed tile counts as done, so that nobody waits for it. */
function takeTiles(
  words: Int32Array,
  kernel: ThreadedKernel,
  items: number,
  args: number,
  grain: number,
): unknown {
  const tiles = words[command.tiles];
  let failed: unknown;
  for (let left = Atomics.sub(words, unclaimed, 1); left > 0; left = Atomics.sub(words, unclaimed, 1)) {
    const begin = (tiles - left) * grain;
    try {
      kernel.call(args, begin, Math.min(begin + grain, items));
    } catch (error) {
      failed ??= error;
    }
    Atomics.sub(words, pending, 1);
  }
  return failed;
}

function readFailure(words: Int32Array): string {
  const at = words.byteOffset + failure.text * 4;
  return String.fromCharCode(...new Uint16Array(words.buffer, at, words[failure.length]));
}

function failureOf(kernel: ThreadedKernel, where: string, error: unknown): Error {
  return new Error(`${kernel.name}: kernel failed on ${where}, ${error}`);
}
