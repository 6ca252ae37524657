import { interruption } from '@sonograd/nn/node';
import { runCommandLine } from './program.ts';
import { terminalProgress } from './terminal.ts';

const { signal, dispose } = interruption();
process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  progress: terminalProgress(),
  signal,
});
dispose();
