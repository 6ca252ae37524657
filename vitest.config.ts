import { defineConfig } from 'vitest/config';

const conditions = ['sonograd-source', 'node', 'import', 'default'];

/** Tests that look at the whole process: how full its heap is, how it grows, what it lacks. */
const alone = [
  'test/tensor/{attention,heapFull,memory}.test.ts',
  'test/tensor/laws/environment.test.ts',
  'test/wasm/*.test.ts',
  'test/dsp/{engine,speed,stream}.test.ts',
];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    // Many tests wait for other processes; a core left free would wait with them.
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          // Loading the packages anew for every file takes as long as the tests themselves.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: alone,
          setupFiles: ['test/setup.ts', 'test/setupShared.ts'],
        },
      },
      { extends: true, test: { name: 'alone', include: alone, setupFiles: ['test/setup.ts'] } },
    ],
  },
});
