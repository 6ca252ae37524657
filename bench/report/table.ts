import { geometricMean } from '../measure.ts';
import { type BenchRecord, bestRatio, type PeerName, peerNames } from '../record.ts';
import { digits, formatRatio, formatShare, formatTime } from './format.ts';

const titles: Record<PeerName, string> = {
  tfjsWasm: 'tfjs wasm',
  tfjsCpu: 'tfjs cpu',
  jaxJs: 'jax-js',
  torch: 'torch',
};

/** A row for each case: our times on each number of threads, and how many times longer the peers take. */
export function tableRows(records: readonly BenchRecord[]): string[][] {
  const threads = [...new Set(own(records).map((record) => record.threads))].sort((a, b) => a - b);
  const peers = peerNames.filter((peer) => records.some(({ engine }) => engine === peer));
  return [heading(threads, peers), ...casesOf(records).map((all) => caseRow(all, threads, peers))];
}

function heading(threads: readonly number[], peers: readonly PeerName[]): string[] {
  const perThreads = threads.flatMap((count) => [`${count} thr.`, 'GFLOP/s', 'of limit']);
  const perPeer = peers.flatMap((peer) =>
    peer === 'torch' ? [...threads.map((count) => `torch ${count}`), 'torch best'] : [titles[peer]],
  );
  return ['case', ...perThreads, ...perPeer];
}

function caseRow(
  records: readonly BenchRecord[],
  threads: readonly number[],
  peers: readonly PeerName[],
): string[] {
  const at = (count: number) => own(records).find((record) => record.threads === count);
  const times = threads.flatMap((count) => {
    const record = at(count);
    if (record === undefined) return ['', '', ''];
    const { ms, gflops, ofPeak } = record;
    return [formatTime(ms.median), gflops === null ? '' : digits(gflops), formatShare(ofPeak)];
  });
  const ratios = peers.flatMap((peer) =>
    peer === 'torch'
      ? [
          ...threads.map((count) => formatRatio(at(count)?.ratio.torch ?? null)),
          formatRatio(bestRatio(records, peer)),
        ]
      : [formatRatio(at(1)?.ratio[peer] ?? null)],
  );
  return [records[0]!.name, ...times, ...ratios];
}

/** For each suite and peer, the geometric mean of the ratios of the better number of threads. */
export function summaryRows(records: readonly BenchRecord[]): string[][] {
  const peers = peerNames.filter((peer) => records.some(({ engine }) => engine === peer));
  if (peers.length === 0) return [];
  const suites = [...new Set(records.map(({ suite }) => suite))];
  const rows = suites.map((suite) => {
    const cases = casesOf(records.filter((record) => record.suite === suite));
    const means = peers.map((peer) => {
      const ratios = cases.map((all) => bestRatio(all, peer)).filter((ratio) => ratio !== null);
      return ratios.length === 0 ? '' : formatRatio(geometricMean(ratios));
    });
    return [suite, ...means];
  });
  return [['suite, geometric mean', ...peers.map((peer) => titles[peer])], ...rows];
}

export function casesOf(records: readonly BenchRecord[]): BenchRecord[][] {
  const cases = new Map<string, BenchRecord[]>();
  for (const record of records) {
    const name = `${record.suite}/${record.name}`;
    cases.set(name, [...(cases.get(name) ?? []), record]);
  }
  return [...cases.values()];
}

function own(records: readonly BenchRecord[]): BenchRecord[] {
  return records.filter(({ engine }) => engine === 'sonograd');
}
