/** A program that uses threads and then ends; poolProcess.test.ts runs it and watches that it does end. */
import { createPool, doze } from './poolHarness.ts';

const moods: Record<string, () => void | Promise<void>> = {
  starting: () => {
    createPool().crew.resize(3);
  },
  asleep: async () => {
    const { crew } = createPool();
    crew.spinMicroseconds = 0;
    crew.resize(3);
    await crew.settled();
    doze(20);
  },
  spinning: async () => {
    const { crew } = createPool();
    crew.spinMicroseconds = 1e9;
    crew.resize(3);
    await crew.settled();
  },
  worked: async () => {
    const { crew, run, allocate } = createPool();
    crew.resize(3);
    await crew.settled();
    run('chain', 1000, [allocate(4000), 1000], 10);
  },
  exits: async () => {
    const { crew } = createPool();
    crew.resize(3);
    await crew.settled();
    process.exit(7);
  },
  throws: async () => {
    const { crew } = createPool();
    crew.resize(3);
    await crew.settled();
    throw new Error('the program fails');
  },
  dismissed: async () => {
    const { crew } = createPool();
    crew.resize(3);
    await crew.settled();
    crew.resize(0);
  },
};

await moods[process.argv[2]!]!();
console.log('end of program');
