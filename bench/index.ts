import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { type Case, fullName } from './case.ts';
import { quick, thorough } from './measure.ts';
import { type BenchOptions, parseOptions, usage } from './options.ts';
import { startThreads } from './own/threads.ts';
import { startPeers } from './peers/start.ts';
import type { BenchRecord } from './record.ts';
import { writeDocs } from './report/document.ts';
import { columns, digits } from './report/format.ts';
import { summaryRows, tableRows } from './report/table.ts';
import { verdictRows } from './report/targets.ts';
import { type Peaks, Session } from './session.ts';
import { allCases, select } from './suites/index.ts';

const say = (line: string) => console.log(line);

async function main(options: BenchOptions): Promise<void> {
  const cases = select(allCases, options.only, options.quick);
  if (cases.length === 0) throw new RangeError(`bench: no case matches --only ${options.only.join(',')}`);
  await startThreads(options.threads);
  const peers = options.peers ? await startPeers(options.threads, say) : [];
  const session = new Session(options.threads, peers, options.quick ? quick : thorough);
  const records: BenchRecord[] = [];
  try {
    for (const [index, one] of cases.entries()) {
      showProgress(`${index + 1} of ${cases.length}: ${fullName(one)}`);
      records.push(...(await measured(session, one)));
    }
  } finally {
    showProgress('');
    for (const peer of peers) peer.stop();
  }
  report(records, session.peaks());
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(records, null, 1)}\n`);
  if (options.writeDocs) {
    writeDocs({ cases, records, peaks: session.peaks(), command: commandLine(options), load: loadavg()[0]! });
  }
}

/** One case that fails does not cost the others' figures; the run as a whole has failed all the same. */
async function measured(session: Session, one: Case): Promise<BenchRecord[]> {
  const missing = one.missing?.();
  if (missing !== undefined) {
    say(`${fullName(one)}: left out, ${missing}`);
    return [];
  }
  try {
    return await session.measure(one);
  } catch (error) {
    console.error(`${fullName(one)}: failed, ${(error as Error).message}`);
    process.exitCode = 1;
    return [];
  }
}

function report(records: readonly BenchRecord[], peaks: readonly Peaks[]): void {
  for (const suite of new Set(records.map((record) => record.suite))) {
    say(`\n${suite}`);
    columns(tableRows(records.filter((record) => record.suite === suite))).forEach(say);
  }
  for (const rows of [summaryRows(records), verdictRows(records)]) {
    if (rows.length > 0) say(`\n${columns(rows).join('\n')}`);
  }
  say('');
  for (const { threads, gflops, gigabytesPerSecond } of peaks) {
    if (gflops !== null) say(`limit on ${threads} threads: ${digits(gflops)} GFLOP/s in registers`);
    if (gigabytesPerSecond !== null)
      say(`limit on ${threads} threads: ${digits(gigabytesPerSecond)} GB/s copied`);
  }
}

function commandLine({ peers, only, quick: isQuick }: BenchOptions): string {
  const flags = [...only.map((name) => `--only ${name}`), ...(isQuick ? ['--quick'] : []), '--write-docs'];
  return `npm run ${peers ? 'bench:peers' : 'bench'} -- ${flags.join(' ')}`;
}

/** On a terminal one line that is written over, in a log a line for each case. */
function showProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  else if (line !== '') process.stderr.write(`${line}\n`);
}

const options = parseOptions(process.argv.slice(2), availableParallelism());
if (options.help) say(usage);
else await main(options);
