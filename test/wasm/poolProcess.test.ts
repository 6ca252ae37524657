import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const child = fileURLToPath(new URL('poolChild.ts', import.meta.url));
const cwd = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the child in one of its moods; a program that does not end by itself is killed, and has no exit code. */
function runChild(mood: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const options = ['--import', 'tsx', '--conditions=sonograd-source', child, mood];
    const program = spawn(process.execPath, options, { cwd, timeout: 15_000, killSignal: 'SIGKILL' });
    let output = '';
    program.stdout.on('data', (text) => {
      output += text;
    });
    program.on('close', (code) => resolve({ code, output }));
  });
}

describe('a program with threads ends by itself', () => {
  test.each(['starting', 'asleep', 'spinning', 'worked', 'dismissed'])(
    'while workers are %s',
    async (mood) => {
      expect(await runChild(mood)).toEqual({ code: 0, output: 'end of program\n' });
    },
  );

  test('with its own exit code, and with an error', async () => {
    const [exits, throws] = await Promise.all([runChild('exits'), runChild('throws')]);
    expect(exits).toEqual({ code: 7, output: '' });
    expect(throws).toEqual({ code: 1, output: '' });
  });
});
