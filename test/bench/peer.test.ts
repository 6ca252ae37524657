import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Peer } from '../../bench/peers/peer.ts';

const worker = new URL('../../bench/peers/worker.mjs', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'sonograd-peer-'));

/** A peer whose library knows one op, `wait`, which takes some milliseconds. */
const program = `
import { numbersFor, serve } from ${JSON.stringify(worker)};
const prepare = ({ op, inputs, settings }) => {
  if (op === 'broken') throw new RangeError('no such shape');
  if (op !== 'wait') return undefined;
  inputs.forEach(numbersFor);
  return () => new Promise((resolve) => setTimeout(resolve, settings.milliseconds));
};
await serve('Waiter 1.0', { prepare, release: () => undefined });
`;

const file = join(folder, 'waiter.mjs');
writeFileSync(file, program);

const waiter = (args: readonly string[]) =>
  ({ engine: 'jaxJs', threads: 1, command: process.execPath, args }) as const;

const work = { inputs: [{ shape: [2, 3] }, { shape: [4], kind: 'labels' }], mode: 'forward' } as const;

describe('a peer in another process', async () => {
  const peer = await Peer.start(waiter([file]));
  afterAll(() => peer.stop());

  test('says what it is', () => {
    expect(peer.title).toBe('Waiter 1.0');
  });

  test('times work on its own clock', async () => {
    const contender = await peer.contender({ ...work, op: 'wait', settings: { milliseconds: 5 } });
    expect(contender!.name).toBe('jaxJs 1');
    expect(await contender!.warmUp(0.01)).toBeGreaterThan(4);
    expect(await contender!.turn(0.01)).toBeGreaterThan(4);
    await peer.release();
  });

  test('stays out of what it cannot do, and out of what fails', async () => {
    expect(await peer.contender({ ...work, op: 'fly' })).toBeUndefined();
    expect(await peer.contender({ ...work, op: 'broken' })).toBeUndefined();
    expect(await peer.contender({ ...work, op: 'wait', settings: { milliseconds: 1 } })).toBeDefined();
  });
});

describe('a peer that is not to be had', () => {
  test('a program that does not exist is named', async () => {
    await expect(Peer.start({ ...waiter([]), command: join(folder, 'nothing') })).rejects.toThrow(
      /jaxJs ended/,
    );
  });

  test('a program that ends at once gives its last words', async () => {
    const args = ['--eval', 'console.error("library not found"); process.exit(1)'];
    await expect(Peer.start(waiter(args))).rejects.toThrow('bench: jaxJs ended, library not found');
  });
});
