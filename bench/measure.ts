import Benchmark from 'benchmark';

/** Something to time: one call is one unit of work. */
export interface Runnable {
  readonly name: string;
  run(): void;
}

export interface Timing {
  readonly name: string;
  readonly milliseconds: { readonly min: number; readonly median: number };
  /** Median time of each round: what was measured side by side stands at the same place. */
  readonly rounds: readonly number[];
}

export interface MeasureOptions {
  /** How often each contender gets its turn. */
  readonly rounds: number;
  /** How long a turn lasts. */
  readonly seconds: number;
}

export const quick: MeasureOptions = { rounds: 3, seconds: 0.05 };
export const thorough: MeasureOptions = { rounds: 9, seconds: 0.15 };

/**
 * Times contenders in turns, so that a machine that slows down slows all of them. Machines are shared: quote the
 * median of the ratios of rounds, not single times.
 */
export function interleave(contenders: readonly Runnable[], { rounds, seconds }: MeasureOptions): Timing[] {
  const calls = contenders.map(callsPerTurn(seconds));
  const times = contenders.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    contenders.forEach((contender, index) => {
      times[index]!.push(...turn(contender, calls[index]!, seconds));
    });
  }
  return contenders.map(({ name }, index) => summarise(name, times[index]!, rounds));
}

/** How many times slower the second is, as the median over rounds of their ratios. */
export function ratioOf(first: Timing, second: Timing): number {
  return median(first.rounds.map((time, round) => (second.rounds[round] as number) / time));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** One run of the `benchmark` package warms the code up and tells how many calls fill a turn. */
function callsPerTurn(seconds: number): (contender: Runnable) => number {
  return ({ name, run }) => {
    const bench = new Benchmark(name, run, { maxTime: Math.min(seconds, 0.1), minSamples: 3, initCount: 1 });
    bench.run({ async: false });
    if (bench.error !== undefined) throw new Error(`bench: ${name} failed, ${String(bench.error)}`);
    return Math.max(1, Math.round(seconds / 5 / bench.stats.mean));
  };
}

/** Several samples within a turn; each is the mean of as many calls as make a fifth of it. */
function turn({ run }: Runnable, calls: number, seconds: number): number[] {
  const samples: number[] = [];
  const end = performance.now() + seconds * 1000;
  do {
    const started = performance.now();
    for (let call = 0; call < calls; call++) run();
    samples.push((performance.now() - started) / calls);
  } while (performance.now() < end);
  return [median(samples)];
}

function summarise(name: string, times: readonly number[], rounds: number): Timing {
  const each = times.slice(0, rounds);
  return { name, milliseconds: { min: Math.min(...each), median: median(each) }, rounds: each };
}
