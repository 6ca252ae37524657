import { DataLoader, memoryStore } from '@sonograd/nn';
import { randomKey, setEngine } from '@sonograd/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { optimizers, type Setting, toyData, toyModel, toyTrainer, train } from './runs.ts';

const held = toyData(20, 9);

/** Runs until each of the given steps, each time as a process of its own, and then to the end. */
async function trainInPieces(setting: Setting, ends: readonly number[]) {
  const store = memoryStore();
  const fit = { ...setting.fit, checkpoint: { store, every: 1, resume: true, ...setting.fit?.checkpoint } };
  for (const end of ends) {
    const { ending } = await train({
      ...setting,
      fit,
      trainer: {
        ...setting.trainer,
        callbacks: [
          {
            onStep(run) {
              if (run.step === end) run.stop();
            },
          },
        ],
      },
    });
    expect(ending).toBe('cancelled');
  }
  return train({ ...setting, fit });
}

// Seven batches in an epoch: in the middle, at the end, and at the first of the next; twice in a row.
const ends = [3, 7, 8, 8 + 1, 20];

describe.each(['simd', 'threads', 'reference'] as const)('resumed to the bit on %s', (engine) => {
  beforeAll(() => setEngine(engine, { threads: 2 }));
  afterAll(() => setEngine('simd'));

  const settings: Record<string, Setting> = {
    ...Object.fromEntries(Object.keys(optimizers).map((optimizer) => [optimizer, { optimizer }])),
    'averaged weights': { averaged: true },
    'clipped gradients': { trainer: { clip: { norm: 0.5, value: 0.1 } } },
    'shared steps': { accumulate: 3 },
    'validation after each epoch': { optimizer: 'plateau', fit: { validate: { with: held } } },
    'validation in another order each time': { optimizer: 'plateau', shuffledHeld: true },
    'validation after some steps': {
      optimizer: 'plateau',
      averaged: true,
      fit: { validate: { with: held, every: 2 }, stopEarly: { patience: 4 } },
    },
  };

  test.each(Object.entries(settings))('%s', async (_, setting) => {
    const whole = await train(setting);
    const last = whole.steps.step.length;
    const pieces = await trainInPieces(
      setting,
      ends.filter((end) => end < last),
    );
    expect(pieces).toEqual(whole);
    expect(whole.steps.step.length).toBeGreaterThan(7);
  });
});

describe('resuming', () => {
  test('a finished run is over, and can be given more epochs', async () => {
    const store = memoryStore();
    const fit = { checkpoint: { store, resume: true } };
    const first = await train({ fit });
    const again = await train({ fit });
    expect(again).toEqual(first);
    const longer = await train({ fit: { ...fit, epochs: 6 } });
    expect(longer).toEqual(await train({ fit: { epochs: 6 } }));
  });

  test('a run that stopped early stays stopped', async () => {
    const store = memoryStore();
    const fit = {
      epochs: 50,
      validate: { with: held },
      stopEarly: { patience: 2 },
      checkpoint: { store, resume: true },
    };
    const first = await train({ fit });
    expect(first.ending).toBe('stoppedEarly');
    expect(await train({ fit })).toEqual(first);
  });

  test('without resume a run starts anew, whatever is in the store', async () => {
    const store = memoryStore();
    const first = await train({ fit: { checkpoint: { store } } });
    expect(await train({ fit: { checkpoint: { store } } })).toEqual(first);
  });

  test('a checkpoint of another config, or of no checkpoint at all, is refused', async () => {
    const store = memoryStore();
    const fit = { checkpoint: { store, resume: true } };
    await train({ fit, trainer: { config: { width: 16 } } });
    await expect(train({ fit, trainer: { config: { width: 32 } } })).rejects.toThrow(
      'Trainer: the checkpoint must be of the same config, {"width":32}; its own is {"width":16}',
    );
    store.write('last', new Uint8Array(100));
    await expect(train({ fit })).rejects.toThrow('safetensors');
  });

  test('a loader that was stopped in the middle goes on there', async () => {
    const model = toyModel();
    const stop = new AbortController();
    const trainer = toyTrainer({
      model,
      optimizer: optimizers.sgd!(model),
      callbacks: [{ onStep: () => stop.abort() }],
    });
    const loader = new DataLoader(toyData(50), { batchSize: 8, key: randomKey(3) });
    const first = await trainer.fit(loader, { epochs: 1, signal: stop.signal });
    expect([first.ending, loader.state()]).toEqual(['cancelled', { epoch: 0, batch: 1 }]);
    const none = await trainer.fit(loader, { epochs: 1, signal: stop.signal });
    expect([none.ending, none.history.steps.step]).toEqual(['cancelled', [1]]);
    const second = await trainer.fit(loader, { epochs: 1 });
    expect([second.ending, loader.state()]).toEqual(['finished', { epoch: 1, batch: 0 }]);
    expect(second.history.steps.step).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});
