import { fullName } from '../case.ts';
import { startThreads } from '../own/threads.ts';
import { columns, formatShare } from '../report/format.ts';
import { Session } from '../session.ts';
import { allCases } from '../suites/index.ts';
import { floors } from './floors.ts';
import { type Check, judge } from './guard.ts';

await startThreads([1]);
const session = new Session([1], [], { rounds: 5, seconds: 0.06 });

const checks = Object.entries(floors).map(([name, floor]): Check => {
  const one = allCases.find((candidate) => fullName(candidate) === name);
  if (one === undefined) throw new Error(`bench:guard: there is no case of this name, ${name}`);
  return { name, floor, measure: async () => (await session.measure(one))[0]?.ofPeak ?? 0 };
});

const verdicts = await judge(checks);
const rows = verdicts.map(({ name, floor, share, tries, held }) => [
  name,
  formatShare(floor),
  formatShare(share),
  String(tries),
  held ? 'held' : 'TOO SLOW',
]);
for (const line of columns([['kernel, share of the limit', 'floor', 'measured', 'tries', ''], ...rows])) {
  console.log(line);
}
if (verdicts.some(({ held }) => !held)) process.exitCode = 1;
