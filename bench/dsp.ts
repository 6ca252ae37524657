/**
 * Speed of @sonograd/dsp beside its peers: `npx tsx bench/dsp.ts`. What is measured runs in plain Node from one
 * bundled file, as it does for a user: the loader that runs this script slows typed arrays by a third for
 * everything in its process.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('./', import.meta.url));
// Inside the repository, so that the bundle finds the peers.
const folder = mkdtempSync(join(here, '..', 'node_modules', '.bench-dsp-'));
try {
  await build({
    entryPoints: [join(here, 'dsp/run.ts')],
    outfile: join(folder, 'run.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['sonograd-source'],
    external: ['benchmark', 'fft.js', '@echogarden/pffft-wasm', 'wav-decoder'],
    logLevel: 'warning',
  });
  execFileSync(process.execPath, [join(folder, 'run.mjs'), join(here, 'dsp')], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
