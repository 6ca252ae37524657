import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Command, ownCommandLine, runChild } from '../../../packages/experiments/src/sweeps/child.ts';
import { folder, until } from '../cli/support.ts';

let log: string;
let count = 0;
beforeEach(() => {
  log = join(folder(`children ${count++}`), 'log.txt');
});

/** A process that does what a line of JavaScript says. */
function run(script: string, { args = [] as string[], signal = new AbortController().signal } = {}) {
  const command: Command = [process.execPath, '-e', script];
  return runChild(args, { command, log, signal });
}

const noted = () => readFileSync(log, 'utf8');

describe('a child', () => {
  test('its code, the last line it said, and what it noted', async () => {
    const end = await run("console.log('one\\ntwo'); console.error('a note'); process.exitCode = 3");
    expect(end).toEqual({ code: 3, killedBy: null, said: 'two' });
    expect(noted()).toBe('a note\n');
  });

  test('arguments come behind those of the command', async () => {
    const { said } = await run('console.log(JSON.stringify(process.argv.slice(1)))', {
      args: ['train', 'a b', '--x'],
    });
    expect(JSON.parse(said)).toEqual(['train', 'a b', '--x']);
  });

  test.each([
    ['nothing', '', ''],
    ['no line break at the end', "process.stdout.write('first\\nlast')", 'last'],
    ['an empty line at the end', "process.stdout.write('last\\n\\n')", ''],
    [
      'a line that comes in pieces',
      "process.stdout.write('{\"a\":'); setTimeout(() => process.stdout.write('1}\\n'), 20)",
      '{"a":1}',
    ],
    ['signs of several bytes, cut between them', "process.stdout.write(Buffer.from('ü…\\n'))", 'ü…'],
    ['much before it', "process.stdout.write('x'.repeat(300000) + '\\n' + 'y'.repeat(9))", 'yyyyyyyyy'],
  ])('the last line: %s', async (_, script, said) => {
    expect((await run(script)).said).toBe(said);
  });

  test('notes of a second try stand behind those of the first', async () => {
    await run("console.error('first')");
    await run("console.error('second')");
    expect(noted()).toBe('first\nsecond\n');
  });

  test('what killed it is known', async () => {
    expect(await run("process.kill(process.pid, 'SIGKILL')")).toMatchObject({
      code: null,
      killedBy: 'SIGKILL',
    });
  });

  test('the signal asks it politely to end, once', async () => {
    const ready = `${log}.ready`;
    const script = `
      let asked = 0;
      process.on('SIGTERM', () => { asked += 1; setTimeout(() => { console.log(asked); process.exit(130); }, 30); });
      require('fs').writeFileSync(${JSON.stringify(ready)}, '');
      setInterval(() => undefined, 1000);`;
    const controller = new AbortController();
    const end = run(script, { signal: controller.signal });
    await until(() => existsSync(ready), 'the child listens');
    controller.abort();
    expect(await end).toEqual({ code: 130, killedBy: null, said: '1' });
  });

  test('a signal that came before ends it at once', async () => {
    const end = await run('setInterval(() => undefined, 1000)', { signal: AbortSignal.abort() });
    expect(end.code === null ? end.killedBy : end.code).not.toBe(0);
  });

  test('its number is told as soon as it is there', async () => {
    const told: number[] = [];
    const command: Command = [process.execPath, '-e', 'console.log(process.pid)'];
    const { said } = await runChild([], {
      ...{ command, log, signal: new AbortController().signal },
      onStart: (processId) => told.push(processId),
    });
    expect(told).toEqual([Number(said)]);
  });

  test('a program that is not there is an error of its own', async () => {
    const { signal } = new AbortController();
    await expect(runChild([], { command: ['/nowhere/at/all'], log, signal })).rejects.toThrow(/ENOENT/);
  });

  test('a log that cannot be written is an error before anything runs', () => {
    writeFileSync(log, '');
    const { signal } = new AbortController();
    const command: Command = [process.execPath, '-e', ''];
    expect(() => runChild([], { command, log: join(log, 'below'), signal })).toThrow(/ENOTDIR/);
  });
});

test('the own command line is this program, from its source', () => {
  const [program, ...args] = ownCommandLine();
  expect(program).toBe(process.execPath);
  expect(args[0]).toBe('--conditions=sonograd-source');
  expect(existsSync(args.at(-1)!)).toBe(true);
  expect(existsSync(new URL(args[2]!))).toBe(true);
});
