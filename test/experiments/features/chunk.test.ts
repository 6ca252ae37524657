import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePicture } from '../../../packages/experiments/src/corpora/pictureFile.ts';
import type { Source } from '../../../packages/experiments/src/corpora/source.ts';
import { extractChunk, type Job } from '../../../packages/experiments/src/features/chunk.ts';
import { featureConfig } from '../../../packages/experiments/src/features/config.ts';
import { extractInOrder } from '../../../packages/experiments/src/features/crew.ts';
import { openRows } from '../../../packages/experiments/src/features/rows.ts';
import { scratchFolder, toneWav, writeFiles } from '../corporaSupport.ts';

const scratch = scratchFolder();
const file = (name: string, content: Uint8Array | string) =>
  join(writeFiles(scratch, { [name]: content }), name);
const job = (id: string, path: string): Job => ({ id, source: { kind: 'wav', path } });
const config = featureConfig.parse({ size: { fit: 'keep' } });

describe('extractChunk', () => {
  test('values one after the other, failures in their places', () => {
    const jobs = [
      job('a', file('a.wav', toneWav(300))),
      job('b', 'gone.wav'),
      job('c', file('c.wav', toneWav(300, { seconds: 0.5 }))),
    ];
    const { outcomes, data } = extractChunk(jobs, config);
    expect(outcomes).toEqual([
      { bins: 64, frames: 16, start: 0, validFrames: 16 },
      { failure: 'read: it does not exist, gone.wav' },
      { bins: 64, frames: 32, start: 0, validFrames: 32 },
    ]);
    expect(data).toHaveLength(64 * 48);
    expect(extractChunk(jobs.slice(2), config).data).toEqual(data.slice(64 * 16));
  });

  test('an outcome is plain: it survives the way to another thread', () => {
    const chunk = extractChunk([job('a', file('a.wav', toneWav(300)))], config);
    expect(structuredClone(chunk)).toEqual(chunk);
  });

  const damagedBy = (bytes: Uint8Array) => {
    const place = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255), cut: fc.nat(bytes.length) });
    return place.map(({ at, to, cut }) => bytes.map((byte, i) => (i === at ? to : byte)).subarray(0, cut));
  };

  test('WAV files with a wrong byte, cut off: a feature or one line', () => {
    const path = join(scratch, 'fuzz.wav');
    fc.assert(
      fc.property(damagedBy(toneWav(300, { seconds: 0.03 })), (bytes) => {
        writeFiles(scratch, { 'fuzz.wav': bytes });
        const { outcomes, data } = extractChunk([job('f', path)], config);
        const [outcome] = outcomes;
        if (outcome !== undefined && 'failure' in outcome) {
          expect(outcome.failure).toMatch(/fuzz\.wav$|^resample|^logMel|^melSpectrogram/);
          expect(outcome.failure).not.toContain('\n');
        } else expect(data.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('pictures with a wrong byte, cut off: a feature or one line', () => {
    const picture = { data: Float32Array.from({ length: 40 }, (_, i) => i), bins: 8, frames: 5 };
    const source: Source = { kind: 'picture', path: join(scratch, 'fuzz.png') };
    const pixels = featureConfig.parse({ spectrum: { kind: 'picture' }, size: { fit: 'keep' } });
    fc.assert(
      fc.property(damagedBy(encodePicture(picture, 0, 39)), (bytes) => {
        writeFiles(scratch, { 'fuzz.png': bytes });
        const [outcome] = extractChunk([{ id: 'f', source }], pixels).outcomes;
        if (outcome !== undefined && 'failure' in outcome)
          expect(outcome.failure).toMatch(/^pictures: .+fuzz\.png$/);
        else expect(outcome).toMatchObject({ validFrames: expect.any(Number) });
      }),
      { numRuns: 150 },
    );
  });
});

describe('extractInOrder', () => {
  test('a job that cannot travel ends the crew with its error, not with silence', async () => {
    const path = file('a.wav', toneWav(300));
    const jobs = Array.from({ length: 600 }, (_, n) => job(`${n}`, path));
    const stuck = { id: 'stuck', source: { kind: 'wav', path, never: () => 0 } as Source };
    const run = async () => {
      let items = 0;
      for await (const { outcomes } of extractInOrder([...jobs, stuck], config, 2)) items += outcomes.length;
      return items;
    };
    await expect(run()).rejects.toThrow(/could not be cloned/);
  }, 30_000);

  test('no jobs, no chunks', async () => {
    for await (const chunk of extractInOrder([], config, 4)) expect.unreachable(`${chunk.outcomes.length}`);
  });
});

describe('openRows', () => {
  const numbers = Float32Array.from({ length: 100 }, (_, i) => i / 3);
  const path = file('rows.f32', new Uint8Array(numbers.buffer));

  test.each([0, 1e6])('any stretch, from disk or memory (%d)', (inMemoryBytes) => {
    const rows = openRows(path, 100, inMemoryBytes);
    for (const [from, length] of [
      [0, 100],
      [99, 1],
      [10, 7],
      [50, 0],
    ] as const) {
      const out = new Float32Array(length);
      rows.read(from, out);
      expect(out).toEqual(numbers.slice(from, from + length));
    }
    rows.close();
  });

  test('a file that was cut off says what to do', () => {
    expect(() => openRows(path, 101, 1e6)).toThrow(
      /^features: the cache was cut off, delete it and run again, .*rows/,
    );
    const rows = openRows(path, 101, 0);
    expect(() => rows.read(95, new Float32Array(6))).toThrow('the cache was cut off');
    rows.close();
  });
});
