import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Cases whose `suite/name` contains one of these. */
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly peers: boolean;
  readonly json: string | undefined;
  /** How many threads our engine and PyTorch get, one contender for each. */
  readonly threads: readonly number[];
  readonly writeDocs: boolean;
  readonly help: boolean;
}

export const usage = `npm run bench -- [options]          our kernels, layers and training steps
npm run bench:peers -- [options]    the same work beside PyTorch, TensorFlow.js and jax-js

  --only NAME      only cases whose suite/name contains NAME; several with commas
  --quick          shorter turns, fewer rounds, without the long cases
  --threads 1,4    numbers of threads to compare (1 and all cores, at most 4)
  --json FILE      write the records to FILE
  --write-docs     write docs/performance.md and its roofline
  --help           these lines`;

export function parseOptions(args: readonly string[], cores: number): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      json: { type: 'string' },
      threads: { type: 'string', default: cores > 1 ? `1,${Math.min(cores, 4)}` : '1' },
      'write-docs': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    only: values.only.flatMap((names) => names.split(',')).filter((name) => name !== ''),
    quick: values.quick,
    peers: values.peers,
    json: values.json,
    threads: threadCounts(values.threads),
    writeDocs: values['write-docs'],
    help: values.help,
  };
}

function threadCounts(text: string): number[] {
  const counts = text.split(',').map(Number);
  const wrong = counts.some((count) => !Number.isInteger(count) || count < 1 || count > 64);
  if (wrong)
    throw new RangeError(`bench: --threads takes whole numbers from 1 to 64 with commas, got ${text}`);
  return [...new Set(counts)].sort((a, b) => a - b);
}
