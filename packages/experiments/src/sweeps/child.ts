import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A program with the arguments that come before all others. */
export type Command = readonly [program: string, ...args: string[]];

/** The command line of this house, from its source. */
export function ownCommandLine(): Command {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const main = fileURLToPath(new URL('cellProcess.ts', import.meta.url));
  return [process.execPath, '--conditions=sonograd-source', '--import', tsx, main];
}

export interface ChildOptions {
  readonly command: Command;
  /** Where standard error goes, behind what is there. */
  readonly log: string;
  readonly signal: AbortSignal;
  readonly onStart?: (processId: number) => void;
}

export interface ChildEnd {
  readonly code: number | null;
  /** What killed it, if something did. */
  readonly killedBy: NodeJS.Signals | null;
  /** The last line of standard output. */
  readonly said: string;
}

/**
 * Runs a command line to its end. It has a process group of its own, so that Ctrl-C reaches it once, from here: a
 * second one would end it before it has saved.
 */
export function runChild(args: readonly string[], options: ChildOptions): Promise<ChildEnd> {
  const { command, log, signal, onStart } = options;
  const [program, ...first] = command;
  const errors = openSync(log, 'a');
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', errors, 'ipc'],
    });
    closeSync(errors);
    const stop = () => void child.kill('SIGTERM');
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said = lastLine(said + text);
    });
    child.on('spawn', () => onStart?.(child.pid!));
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      resolve({ code, killedBy, said: said.trim() });
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

/** What follows the last line break but for one at the very end. */
function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n', text.length - 2) + 1);
}

const tailBytes = 16_384;

/** The last words of a log: the head of a stack where there is one, else the last line. */
export function lastWords(log: string): string {
  const lines = tailOf(log)
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '');
  const stack = lines.findLastIndex((line) => /^\s+at .+:\d+/.test(line));
  const head = lines.slice(0, stack + 1).findLast((line) => /^(?:\w*Error|\w+Exception)\b/.test(line));
  return (head ?? lines.at(-1) ?? '').trim();
}

function tailOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    const count = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, count);
  } finally {
    closeSync(file);
  }
}
