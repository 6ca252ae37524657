import { defineConfig } from 'vitest/config';

const conditions = ['sonograd-source', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // Many tests wait for other processes; a core left free would wait with them.
    maxWorkers: '100%',
    testTimeout: 20_000,
  },
});
