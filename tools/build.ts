/**
 * Builds every package into its `dist`: one module per source file with declarations, which bundlers shake, and one
 * file for Node, which would spend 100 ms on loading two hundred small ones.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

interface Exports {
  readonly [door: string]: { readonly node: string; readonly default: string };
}

run('npx', 'tsc', '-b', 'packages/wasm', 'packages/tensor', 'packages/dsp', 'packages/nn');

for (const name of readdirSync(join(root, 'packages'))) {
  const folder = join(root, 'packages', name);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports?: Exports };
  const doors = Object.values(exports ?? {}).filter((door) => existsSync(join(folder, door.default)));
  if (doors.length > 0) await bundleForNode(folder, doors);
}

// dsp ships the bytes of its kernels, and does without the assembler.
run('npx', 'tsx', '--conditions=sonograd-source', 'packages/dsp/tools/inlineModules.ts');

/** What the tools print is all there is to say of a failure. */
function run(command: string, ...options: string[]): void {
  const { status } = spawnSync(command, options, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Doors of one package share their common files, so that a class is the same behind each. */
async function bundleForNode(folder: string, doors: Exports[string][]): Promise<void> {
  await build({
    entryPoints: doors.map((door) => ({ in: join(folder, door.default), out: basename(door.node, '.js') })),
    outdir: join(folder, 'dist', 'bundle'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  });
}
