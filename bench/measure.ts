import Benchmark from 'benchmark';

/** Something to time: one call is one unit of work. */
export interface Runnable {
  readonly name: string;
  /** Sets the stage for a turn, off the clock. */
  before?(): void;
  run(): void;
}

/** Something that is timed elsewhere, perhaps in another process. Both give milliseconds per call. */
export interface Contender {
  readonly name: string;
  warmUp(seconds: number): number | Promise<number>;
  turn(seconds: number): number | Promise<number>;
}

export interface Timing {
  readonly name: string;
  readonly milliseconds: { readonly min: number; readonly median: number };
  /** Median time of each round: what was measured side by side stands at the same place. Slow ones sit rounds out. */
  readonly rounds: readonly (number | undefined)[];
}

export interface MeasureOptions {
  /** How often each contender gets its turn. */
  readonly rounds: number;
  /** How long a turn lasts. */
  readonly seconds: number;
}

export const quick: MeasureOptions = { rounds: 3, seconds: 0.05 };
export const thorough: MeasureOptions = { rounds: 5, seconds: 0.08 };

/** What a contender may cost over all rounds, in turns; whoever is slower sits rounds out. */
const patience = 20;

/**
 * Times contenders in turns, so that a machine that slows down slows all of them. Machines are shared: quote the
 * median of the ratios of rounds, not single times.
 */
export function interleave(contenders: readonly Runnable[], { rounds, seconds }: MeasureOptions): Timing[] {
  const calls = contenders.map((contender) => callsPerTurn(millisecondsOf(contender, seconds), seconds));
  const times = contenders.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    contenders.forEach((contender, index) => {
      times[index]!.push(turn(contender, calls[index]!, seconds));
    });
  }
  return contenders.map(({ name }, index) => summarise(name, times[index]!));
}

/** The same for contenders that answer in their own time. */
export async function takeTurns(
  contenders: readonly Contender[],
  { rounds, seconds }: MeasureOptions,
): Promise<Timing[]> {
  const turns: number[] = [];
  for (const contender of contenders) {
    turns.push(roundsFor(await contender.warmUp(seconds), { rounds, seconds }));
  }
  const times = contenders.map(() => [] as (number | undefined)[]);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      times[index]!.push(round < turns[index]! ? await contender.turn(seconds) : undefined);
    }
  }
  return contenders.map(({ name }, index) => summarise(name, times[index]!));
}

/** In how many rounds a contender takes part whose call takes so long: in at least one. */
export function roundsFor(milliseconds: number, { rounds, seconds }: MeasureOptions): number {
  const affordable = Math.floor((patience * seconds * 1000) / milliseconds);
  return Math.max(1, Math.min(rounds, affordable));
}

export function local(runnable: Runnable): Contender {
  let calls = 1;
  return {
    name: runnable.name,
    warmUp(seconds) {
      const milliseconds = millisecondsOf(runnable, seconds);
      calls = callsPerTurn(milliseconds, seconds);
      return milliseconds;
    },
    turn: (seconds) => turn(runnable, calls, seconds),
  };
}

/** How many times slower the second is, as the median over rounds of their ratios. */
export function ratioOf(first: Timing, second: Timing): number {
  const ratios = first.rounds.map(
    (time, round) => (second.rounds[round] ?? Number.NaN) / (time ?? Number.NaN),
  );
  return median(ratios.filter(Number.isFinite));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The mean of ratios: twice as fast and twice as slow cancel out. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((total, value) => total + Math.log(value), 0) / values.length);
}

/** One run of the `benchmark` package warms the code up and tells what a call costs. */
function millisecondsOf({ name, before, run }: Runnable, seconds: number): number {
  before?.();
  const bench = new Benchmark(name, run, { maxTime: Math.min(seconds, 0.1), minSamples: 3, initCount: 1 });
  bench.run({ async: false });
  if (bench.error !== undefined) throw new Error(`bench: ${name} failed, ${String(bench.error)}`);
  return bench.stats.mean * 1000;
}

/** As many as make a fifth of a turn. */
function callsPerTurn(milliseconds: number, seconds: number): number {
  return Math.max(1, Math.round((seconds * 1000) / 5 / milliseconds));
}

/** The median of several samples, each the mean of as many calls as make a fifth of a turn. */
function turn({ before, run }: Runnable, calls: number, seconds: number): number {
  before?.();
  const samples: number[] = [];
  const end = performance.now() + seconds * 1000;
  do {
    const started = performance.now();
    for (let call = 0; call < calls; call++) run();
    samples.push((performance.now() - started) / calls);
  } while (performance.now() < end);
  return median(samples);
}

function summarise(name: string, rounds: readonly (number | undefined)[]): Timing {
  const times = rounds.filter((time) => time !== undefined);
  return { name, milliseconds: { min: Math.min(...times), median: median(times) }, rounds };
}
