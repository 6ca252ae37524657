import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeCheckpoint } from '@sonograd/nn';
import { checkpointFolder, interruption, progress } from '@sonograd/nn/node';
import { afterAll, describe, expect, test } from 'vitest';
import { train } from '../train/runs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sonograd-folder-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a folder of checkpoints', () => {
  test('is made when needed, and gives back what was written', async () => {
    const store = checkpointFolder(join(scratch, 'deep', 'run'));
    expect(await store.read('last')).toBeUndefined();
    await store.write('last', Uint8Array.of(1, 2, 3));
    expect(await store.read('last')).toEqual(Uint8Array.of(1, 2, 3));
    expect(readdirSync(store.path)).toEqual(['last.safetensors']);
  });

  test('sweeps up what dead processes left half written, and nothing else', () => {
    const path = join(scratch, 'swept');
    checkpointFolder(path);
    // No process has a number this high.
    const dead = '.last.safetensors.99999999.0.tmp';
    const living = `.last.safetensors.${process.pid}.0.tmp`;
    for (const name of [dead, living, 'notes.tmp', '.hidden']) writeFileSync(join(path, name), 'x');
    checkpointFolder(path);
    expect(readdirSync(path).sort()).toEqual(['.hidden', living, 'notes.tmp'].sort());
  });

  test('serves a run, and a second one that goes on', async () => {
    const store = checkpointFolder(join(scratch, 'run'));
    const first = await train({ fit: { epochs: 2, checkpoint: { store, resume: true } } });
    expect(first.steps.step).toHaveLength(14);
    const second = await train({ fit: { epochs: 4, checkpoint: { store, resume: true } } });
    expect(second).toEqual(await train({ fit: { epochs: 4 } }));
    expect(existsSync(join(store.path, 'last.safetensors'))).toBe(true);
  });
});

describe('Ctrl-C', () => {
  test('ends a run after its step, with a whole checkpoint that goes on to the same bits', async () => {
    const store = checkpointFolder(join(scratch, 'interrupted'));
    const fit = { epochs: 2000, checkpoint: { store, resume: true } };
    const interrupt = interruption(['SIGUSR2']);
    setTimeout(() => process.kill(process.pid, 'SIGUSR2'), 20);
    const cut = await train({ fit: { ...fit, signal: interrupt.signal } });
    expect(cut.ending).toBe('cancelled');
    const { optimizer, steps } = decodeCheckpoint((await store.read('last'))!);
    expect(optimizer.step).toBe(cut.steps.step.length);
    expect(steps).toEqual(cut.steps);
    const epochs = Math.ceil(optimizer.step / 7) + 2;
    const resumed = await train({ fit: { ...fit, epochs } });
    expect(resumed).toEqual(await train({ fit: { epochs } }));
  });

  test('works as usual the second time, and after dispose', () => {
    const before = process.listenerCount('SIGUSR2');
    const first = interruption(['SIGUSR2']);
    expect(process.listenerCount('SIGUSR2')).toBe(before + 1);
    process.emit('SIGUSR2');
    expect(first.signal.aborted).toBe(true);
    expect(process.listenerCount('SIGUSR2')).toBe(before);
    {
      using second = interruption(['SIGUSR2']);
      expect(second.signal.aborted).toBe(false);
    }
    expect(process.listenerCount('SIGUSR2')).toBe(before);
  });
});

test('progress writes quiet lines to a stream that is no terminal', async () => {
  const texts: string[] = [];
  const stream = {
    isTTY: false,
    write: (text: string) => texts.push(text) > 0,
  } as unknown as NodeJS.WriteStream;
  await train({ fit: { epochs: 1 }, trainer: { callbacks: [progress({ stream })] } });
  expect(texts).toEqual([
    expect.stringMatching(/^epoch 1\/1: loss /),
    expect.stringMatching(/^finished after 7/),
  ]);
});
