#!/usr/bin/env node
// Runs the command line from its TypeScript source. The child hears Ctrl-C by itself; this process waits for it.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/cli/index.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');
const options = ['--conditions=sonograd-source', '--import', tsx, main, ...process.argv.slice(2)];
const child = spawn(process.execPath, options, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
