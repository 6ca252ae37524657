import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { randn, relu, scope } from '@sonograd/tensor';
import type { Case, Prepared } from '../case.ts';

const steps = 200;

const root = fileURLToPath(new URL('../..', import.meta.url));
const bundle = `${root}packages/tensor/dist/bundle/index.js`;

export const overheads: readonly Case[] = [
  {
    suite: 'overhead',
    name: 'relu of 10 elements, recorded',
    work: { op: 'dispatch', inputs: [{ shape: [10] }], mode: 'forward' },
    limit: 'none',
    own: recordedRelu,
  },
  {
    suite: 'overhead',
    name: 'built bundle: import to first product',
    work: { op: 'start', inputs: [], mode: 'forward' },
    limit: 'none',
    missing: () => (existsSync(bundle) ? undefined : 'npm run build makes the bundle'),
    own: start,
  },
];

/** As in a training step: a scope frees what was made. */
function recordedRelu(): Prepared {
  const x = randn([10], { requiresGrad: true });
  const run = () =>
    scope('bench', () => {
      for (let step = 0; step < steps; step++) relu(x);
    });
  return { run, units: steps, release: () => x.dispose() };
}

const startProgram = `
const started = performance.now();
const { randn } = await import('@sonograd/tensor');
randn([64, 64]).matmul(randn([64, 64])).sum().item();
process.stdout.write(String(performance.now() - started));`;

/** A fresh process each time; Node's own start is not counted. */
function start(): Prepared {
  const program = ['--input-type=module', '--eval', startProgram];
  const env = { ...process.env, NODE_OPTIONS: '' };
  return {
    watch: () => Number(execFileSync(process.execPath, program, { cwd: root, env, encoding: 'utf8' })),
    release: () => undefined,
  };
}
