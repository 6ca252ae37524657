#!/usr/bin/env node
// Runs the command line from its TypeScript source, in a process that knows how to read it.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/cli/index.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');
const options = ['--conditions=sonograd-source', '--import', tsx, main, ...process.argv.slice(2)];
const child = spawn(process.execPath, options, { stdio: 'inherit' });
// A terminal sends Ctrl-C to both; a second one, sent on from here, would end the child before it has saved.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
