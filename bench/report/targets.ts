import { geometricMean } from '../measure.ts';
import { type BenchRecord, bestRatio, type PeerName } from '../record.ts';
import { digits } from './format.ts';
import { casesOf } from './table.ts';

/** What must hold on a machine of four cores with AVX2, and how it is read from the records. */
interface Target {
  readonly what: string;
  readonly atLeast: number;
  readonly measured: (run: Run) => number | null;
}

class Run {
  constructor(readonly records: readonly BenchRecord[]) {}

  own(name: string, threads = 1): BenchRecord | undefined {
    return this.of(name).find((record) => record.engine === 'sonograd' && record.threads === threads);
  }

  of(name: string): BenchRecord[] {
    return this.records.filter((record) => `${record.suite}/${record.name}` === name);
  }

  ofPeak(name: string): number | null {
    return this.own(name)?.ofPeak ?? null;
  }

  torch(name: string, threads: number): number | null {
    return this.own(name, threads)?.ratio.torch ?? null;
  }

  /** How the first compares with the second, both as shares of their own limit. */
  relative(first: string, second: string): number | null {
    return divide(this.ofPeak(first), this.ofPeak(second));
  }

  /** Our better number of threads against a peer of one thread. */
  best(name: string, peer: PeerName): number | null {
    return bestRatio(this.of(name), peer);
  }
}

const convolutions = ['32→32 on 112²', '64→64 on 56²', '128→128 on 28²'];
const directions = ['forward', 'input gradient', 'filter gradient'];
const streams = [
  'elementwise/relu 6.4M',
  'elementwise/add 6.4M',
  'elementwise/exp 6.4M',
  'elementwise/tanh 6.4M',
  'reductions/sum 6.4M',
  'norm/batch-norm on 32x64x56x56',
];

const targets: readonly Target[] = [
  ...['512³', '1024³'].map((size) => ({
    what: `matmul ${size}, of the microkernel`,
    atLeast: 0.85,
    measured: (run: Run) => run.ofPeak(`matmul/${size}`),
  })),
  {
    what: 'matmul 63³ against 64³',
    atLeast: 0.5,
    measured: (run) => run.relative('matmul/63³', 'matmul/64³'),
  },
  {
    what: 'matmul 127³ against 128³',
    atLeast: 0.7,
    measured: (run) => run.relative('matmul/127³', 'matmul/128³'),
  },
  {
    what: 'matmul 1024³, 4 threads against 1',
    atLeast: 3.3,
    measured: (run) => divide(run.own('matmul/1024³')?.ms.median, run.own('matmul/1024³', 4)?.ms.median),
  },
  ...convolutions.flatMap((shape) =>
    directions.map((direction) => ({
      what: `conv ${shape}, ${direction}, of the microkernel`,
      atLeast: 0.8,
      measured: (run: Run) => run.ofPeak(`conv/${shape}, ${direction}`),
    })),
  ),
  ...convolutions.map((shape) => ({
    what: `conv ${shape}, both ways, torch on 4 threads`,
    atLeast: 1,
    measured: (run: Run) => run.torch(`conv/${shape}, forward and backward`, 4),
  })),
  ...(['tfjsWasm', 'jaxJs'] as const).flatMap((peer, at) => [
    {
      what: `matmul 512³, ${peer}`,
      atLeast: [1.6, 2][at]!,
      measured: (run: Run) => run.own('matmul/512³')?.ratio[peer] ?? null,
    },
    {
      what: `matmul 1024³ with threads, ${peer}`,
      atLeast: [5, 6][at]!,
      measured: (run: Run) => run.best('matmul/1024³', peer),
    },
  ]),
  ...streams.map((name) => ({
    what: `${name}, torch on 4 threads`,
    atLeast: 1,
    measured: (run: Run) => run.torch(name, 4),
  })),
  { what: 'steps, geometric mean, torch', atLeast: 1.5, measured: stepMean },
  {
    what: 'recorded op on 10 elements, per microsecond',
    atLeast: 1,
    measured: (run) => divide(1e-3, run.own('overhead/relu of 10 elements, recorded')?.ms.median),
  },
  {
    what: 'import to first product, per 60 ms',
    atLeast: 1,
    measured: (run) => divide(60, run.own('overhead/built bundle: import to first product')?.ms.min),
  },
];

/** Every target that the records say something about, the missed ones first; and every step. */
export function verdictRows(records: readonly BenchRecord[]): string[][] {
  const run = new Run(records);
  const steps = casesOf(records.filter(({ suite }) => suite === 'steps')).map((all) => ({
    what: `step ${all[0]!.name}, torch`,
    atLeast: 1,
    measured: () => bestRatio(all, 'torch'),
  }));
  const rows = [...targets, ...steps].flatMap(({ what, atLeast, measured }) => {
    const value = measured(run);
    return value === null ? [] : [{ what, atLeast, value }];
  });
  if (rows.length === 0) return [];
  rows.sort((a, b) => a.value / a.atLeast - b.value / b.atLeast);
  const cells = rows.map(({ what, atLeast, value }) => [
    what,
    digits(atLeast),
    digits(value),
    value >= atLeast ? 'held' : 'MISSED',
  ]);
  return [['target', 'at least', 'measured', ''], ...cells];
}

function stepMean({ records }: Run): number | null {
  const ratios = casesOf(records.filter(({ suite }) => suite === 'steps'))
    .map((all) => bestRatio(all, 'torch'))
    .filter((ratio) => ratio !== null);
  return ratios.length === 0 ? null : geometricMean(ratios);
}

function divide(first: number | null | undefined, second: number | null | undefined): number | null {
  return first == null || second == null ? null : first / second;
}
