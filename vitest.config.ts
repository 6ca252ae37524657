import { defineConfig } from 'vitest/config';

const conditions = ['sonograd-source', 'node', 'import', 'default'];

/** Tests that look at a whole process: how full its heap is and who holds it, how it grows, what it lacks. */
const alone = [
  'test/tensor/{attention,autograd,batchNorm,convProperties,crossEntropy,embedding,groupNorm}.test.ts',
  'test/tensor/{heapFull,layerNorm,lstm,memory,optimize,pool}.test.ts',
  'test/tensor/laws/{environment,everyOp,sharing,training}.test.ts',
  'test/tensor/more/{passes,scopes}.test.ts',
  'test/nn/{families,optim/clip,train/trainer}.test.ts',
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
