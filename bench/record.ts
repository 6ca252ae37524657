import { ratioOf, type Timing } from './measure.ts';

export type PeerName = 'tfjsWasm' | 'tfjsCpu' | 'jaxJs' | 'torch';
export type Engine = 'sonograd' | PeerName;

export const peerNames: readonly PeerName[] = ['tfjsWasm', 'tfjsCpu', 'jaxJs', 'torch'];

/** How many times longer the peer takes; null where it was not measured. */
export type Ratios = Readonly<Record<PeerName, number | null>>;

/** One engine on one case, as `--json` writes it. */
export interface BenchRecord {
  readonly suite: string;
  readonly name: string;
  readonly engine: Engine;
  readonly threads: number;
  readonly ms: { readonly min: number; readonly median: number };
  readonly gflops: number | null;
  /** Share of what arithmetic or memory of this machine gave in the same rounds, on as many threads. */
  readonly ofPeak: number | null;
  /** Torch runs on as many threads as we do, the others on one. */
  readonly ratio: Ratios;
}

/** A timing and who it belongs to. `limit` is the microkernel or the copy that ran in the same rounds. */
export interface EngineTiming {
  readonly engine: Engine | 'limit';
  readonly threads: number;
  readonly timing: Timing;
}

export interface Measured {
  readonly suite: string;
  readonly name: string;
  readonly flops?: number | undefined;
  /** How much work one call of the limit does, over the work of the case: flops or bytes of both. */
  readonly limitWork?: ((threads: number) => number) | undefined;
  readonly timings: readonly EngineTiming[];
}

export function recordsOf({ suite, name, flops, limitWork, timings }: Measured): BenchRecord[] {
  return timings.flatMap(({ engine, threads, timing }) => {
    if (engine === 'limit') return [];
    const limit = find(timings, 'limit', threads);
    const record: BenchRecord = {
      suite,
      name,
      engine,
      threads,
      ms: timing.milliseconds,
      gflops: flops === undefined ? null : flops / timing.milliseconds.median / 1e6,
      ofPeak: limit && limitWork ? ratioOf(timing, limit) / limitWork(threads) : null,
      ratio: engine === 'sonograd' ? ratios(timings, timing, threads) : noRatios,
    };
    return [record];
  });
}

const noRatios: Ratios = { tfjsWasm: null, tfjsCpu: null, jaxJs: null, torch: null };

function ratios(timings: readonly EngineTiming[], own: Timing, threads: number): Ratios {
  const against = (peer: PeerName) => {
    const theirs = find(timings, peer, peer === 'torch' ? threads : 1);
    return theirs === undefined ? null : ratioOf(own, theirs);
  };
  return {
    tfjsWasm: against('tfjsWasm'),
    tfjsCpu: against('tfjsCpu'),
    jaxJs: against('jaxJs'),
    torch: against('torch'),
  };
}

function find(timings: readonly EngineTiming[], engine: string, threads: number): Timing | undefined {
  return timings.find((one) => one.engine === engine && one.threads === threads)?.timing;
}

/** What each of two engines reaches on its better number of threads in its best round: second over first. */
export function bestRatio(records: readonly BenchRecord[], peer: PeerName): number | null {
  const best = (engine: Engine) =>
    Math.min(...records.filter((record) => record.engine === engine).map(({ ms }) => ms.min));
  const ratio = best(peer) / best('sonograd');
  return Number.isFinite(ratio) ? ratio : null;
}
