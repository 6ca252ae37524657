import type { Case, Prepared } from './case.ts';
import { type Contender, local, type MeasureOptions, median, takeTurns } from './measure.ts';
import { prepareOwn } from './own/prepare.ts';
import { onThreads } from './own/threads.ts';
import { copyBytes, copyRunnable, peakFlops, peakRunnable } from './peak.ts';
import type { Peer } from './peers/peer.ts';
import { type BenchRecord, type EngineTiming, recordsOf } from './record.ts';

interface Entry {
  readonly engine: EngineTiming['engine'];
  readonly threads: number;
  readonly contender: Contender;
}

/** The most that the machine did in any round of a run: the roofs of the roofline. */
export interface Peaks {
  readonly threads: number;
  readonly gflops: number | null;
  readonly gigabytesPerSecond: number | null;
}

/** Times cases one after another, and remembers the limits measured on the way. */
export class Session {
  readonly #peak = peakRunnables();
  readonly #copy = copyRunnable();
  readonly #rates = { compute: new Map<number, number>(), memory: new Map<number, number>() };

  constructor(
    readonly threads: readonly number[],
    readonly peers: readonly Peer[],
    readonly options: MeasureOptions,
  ) {}

  async measure(one: Case): Promise<BenchRecord[]> {
    const prepared = (one.own ?? (() => prepareOwn(one.work)))();
    const entries = [...this.#own(one, prepared), ...this.#limits(one), ...(await this.#peers(one))];
    try {
      const timings = await takeTurns(
        entries.map(({ contender }) => contender),
        this.options,
      );
      const measured = entries.map(({ engine, threads }, index) => ({
        engine,
        threads,
        timing: timings[index]!,
      }));
      this.#remember(one, measured);
      return recordsOf({ ...one, flops: one.flops, limitWork: limitWork(one), timings: measured });
    } finally {
      prepared.release();
      for (const { engine, threads } of entries) {
        await this.peers.find((peer) => peer.engine === engine && peer.threads === threads)?.release();
      }
    }
  }

  peaks(): Peaks[] {
    return this.threads.map((threads) => ({
      threads,
      gflops: this.#rates.compute.get(threads) ?? null,
      gigabytesPerSecond: this.#rates.memory.get(threads) ?? null,
    }));
  }

  #own({ name }: Case, prepared: Prepared): Entry[] {
    if ('watch' in prepared)
      return [{ engine: 'sonograd', threads: 1, contender: watched(name, prepared.watch) }];
    return this.threads.map((threads) => ({
      engine: 'sonograd',
      threads,
      contender: perUnit(local({ name, before: onThreads(threads), run: prepared.run }), prepared.units ?? 1),
    }));
  }

  #limits({ limit }: Case): Entry[] {
    if (limit === 'none') return [];
    return this.threads.map((threads) => {
      const runnable = limit === 'compute' ? this.#peak(threads) : this.#copy;
      return { engine: 'limit', threads, contender: local({ ...runnable, before: onThreads(threads) }) };
    });
  }

  async #peers({ work, flops }: Case): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (const peer of this.peers) {
      const contender = await peer.contender({ ...work, flops });
      if (contender !== undefined) entries.push({ engine: peer.engine, threads: peer.threads, contender });
    }
    return entries;
  }

  #remember({ limit }: Case, measured: readonly EngineTiming[]): void {
    if (limit === 'none') return;
    for (const { engine, threads, timing } of measured) {
      if (engine !== 'limit') continue;
      const rate = limitAmount(limit, threads) / timing.milliseconds.min / 1e6;
      this.#rates[limit].set(threads, Math.max(rate, this.#rates[limit].get(threads) ?? 0));
    }
  }
}

/** The microkernel gives every thread as much to do. */
function peakRunnables(): (threads: number) => ReturnType<typeof peakRunnable> {
  const made = new Map<number, ReturnType<typeof peakRunnable>>();
  return (threads) => {
    const runnable = made.get(threads) ?? peakRunnable(threads);
    made.set(threads, runnable);
    return runnable;
  };
}

function limitAmount(limit: 'compute' | 'memory', threads: number): number {
  return limit === 'compute' ? peakFlops * threads : copyBytes;
}

function limitWork({ limit, flops, bytes }: Case): ((threads: number) => number) | undefined {
  const amount = limit === 'compute' ? flops : bytes;
  if (limit === 'none' || amount === undefined) return undefined;
  return (threads) => limitAmount(limit, threads) / amount;
}

function perUnit(contender: Contender, units: number): Contender {
  if (units === 1) return contender;
  return {
    ...contender,
    turn: async (seconds) => (await contender.turn(seconds)) / units,
  };
}

/** Takes the work's own word for its time, a few times a turn. */
function watched(name: string, watch: () => number): Contender {
  return {
    name,
    warmUp: () => watch(),
    turn: () => median([watch(), watch(), watch()]),
  };
}
