/** What the JavaScript peers have in common: one JSON request a line, one JSON answer a line. */
import { createInterface } from 'node:readline';

/** Reproducible numbers; which ones does not matter. */
export function numbersFor({ shape, kind = 'normal', classes = 10 }, seed) {
  let state = seed + 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const size = shape.reduce((product, length) => product * length, 1);
  if (kind === 'labels' || kind === 'indices') {
    return Int32Array.from({ length: size }, () => Math.floor(next() * classes));
  }
  // A sum of three uniform numbers, as wide as a normal one.
  return Float32Array.from({ length: size }, () =>
    kind === 'uniform' ? next() : 2 * (next() + next() + next() - 1.5),
  );
}

/** `prepare` gives a function that does the work once, or throws; `release` frees what it made. */
export async function serve(ready, { prepare, release }) {
  let run;
  let cost = 1;
  const answers = {
    async prepare(work) {
      run = await prepare(work);
      if (run === undefined) return { refused: 'no such op' };
      cost = await millisecondsPerCall(run, 1);
      // The first call compiles; a slow library is not asked twice.
      if (cost < 2000) cost = await millisecondsPerCall(run, 1);
      return { milliseconds: cost };
    },
    async turn(seconds) {
      return { milliseconds: await turn(run, cost, seconds) };
    },
    async release() {
      run = undefined;
      release();
      return {};
    },
  };
  console.log(JSON.stringify({ ready }));
  for await (const line of createInterface({ input: process.stdin })) {
    const [[name, value]] = Object.entries(JSON.parse(line));
    console.log(JSON.stringify(await answers[name](value).catch((error) => ({ error: String(error) }))));
  }
}

/** The median of samples, each the mean of as many calls as make a fifth of the turn. */
async function turn(run, cost, seconds) {
  const calls = Math.max(1, Math.round((seconds * 200) / cost));
  const end = performance.now() + seconds * 1000;
  const samples = [];
  do samples.push(await millisecondsPerCall(run, calls));
  while (performance.now() < end);
  samples.sort((a, b) => a - b);
  return samples[samples.length >> 1];
}

async function millisecondsPerCall(run, calls) {
  const started = performance.now();
  for (let call = 0; call < calls; call++) {
    const pending = run();
    if (pending !== undefined) await pending;
  }
  return (performance.now() - started) / calls;
}
