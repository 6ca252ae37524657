import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Case, fullName } from '../case.ts';
import type { BenchRecord } from '../record.ts';
import type { Peaks } from '../session.ts';
import { digits, markdownTable } from './format.ts';
import { type RooflinePoint, roofline } from './roofline.ts';
import { summaryRows, tableRows } from './table.ts';
import { verdictRows } from './targets.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

export interface Findings {
  readonly cases: readonly Case[];
  readonly records: readonly BenchRecord[];
  readonly peaks: readonly Peaks[];
  /** What was typed to get them. */
  readonly command: string;
  /** How many programs wanted a core at the end, this one included: with more than there are cores, times suffer. */
  readonly load: number;
}

export function writeDocs(findings: Findings): void {
  writeFileSync(`${docs}performance.md`, document(findings));
  writeFileSync(`${docs}roofline.svg`, roofline(pointsOf(findings), findings.peaks));
}

/** All kernels whose operations and bytes are known. */
export function pointsOf({ cases, records }: Pick<Findings, 'cases' | 'records'>): RooflinePoint[] {
  const known = new Map(cases.map((one) => [fullName(one), one]));
  return records.flatMap(({ suite, name, engine, threads, gflops }) => {
    const { flops, bytes } = known.get(`${suite}/${name}`) ?? {};
    if (engine !== 'sonograd' || gflops === null || flops === undefined || bytes === undefined) return [];
    return [{ group: suite, name, threads, intensity: flops / bytes, gflops }];
  });
}

export function document({ records, peaks, command, load }: Findings): string {
  const suites = [...new Set(records.map(({ suite }) => suite))];
  const sections = suites.map((suite) => {
    return `## ${suite}\n\n${markdownTable(tableRows(records.filter((record) => record.suite === suite)))}`;
  });
  const summary = summaryRows(records);
  const verdicts = verdictRows(records);
  return [
    '# Performance',
    introduction(command, load, peaks),
    '![Roofline of the kernels](roofline.svg)',
    ...(summary.length > 0 ? [`## Beside the others\n\n${markdownTable(summary)}`] : []),
    ...(verdicts.length > 0 ? [`## Targets\n\n${markdownTable(verdicts)}`] : []),
    ...sections,
    '',
  ].join('\n\n');
}

function introduction(command: string, load: number, peaks: readonly Peaks[]): string {
  const machine = `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown kind'}, Node ${process.versions.node}`;
  const limits = peaks.map(({ threads, gflops, gigabytesPerSecond }) => [
    String(threads),
    gflops === null ? '' : `${digits(gflops)} GFLOP/s`,
    gigabytesPerSecond === null ? '' : `${digits(gigabytesPerSecond)} GB/s`,
  ]);
  return `Written by \`${command}\` on ${machine}, with a load of ${load.toFixed(1)} at the end.

Contenders take turns within each round, so that a busy machine slows all of them down, and every ratio is the median
over rounds. Times are medians. "Of limit" compares with what the machine gave in the same rounds, on as many threads:
a multiply-add microkernel that never leaves the registers where arithmetic is the limit, a copy of 64 MB where memory
is. Small tensors stay in caches and can beat the copy; Winograd's convolutions need fewer operations than are counted
here, and can beat the microkernel. A ratio says how many times longer the other takes: above 1× we are faster.
PyTorch runs on as many threads as we do in its columns; "best", like the targets for steps and the means of suites,
compares the best round of either side on its better number of threads.

${markdownTable([['threads', 'microkernel', 'memory copy'], ...limits])}`;
}
