import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeWav } from '@sonograd/dsp';
import { onTestFinished } from 'vitest';
import type { ReportSettings } from '../../../packages/experiments/src/runs/reportData.ts';
import { RunFolder } from '../../../packages/experiments/src/runs/runFolder.ts';

/** What must never come through as markup. */
export const hostile = `<script>alert("1")</script><img src=x onerror='2'>&`;

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sonograd-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface RunWish {
  readonly root?: string;
  readonly seed?: number;
  readonly started?: string;
  readonly report?: Partial<ReportSettings>;
}

/** A run folder with something in every section, and markup in every text. */
export function syntheticRun(wish: RunWish = {}): RunFolder {
  const run = interruptedRun(wish);
  run.writeJson('metrics.json', { testAccuracy: 0.875, testMse: 0.00123, parameters: 1234 });
  run.writeJson('report.json', { ...syntheticReport(), ...wish.report });
  run.write('samples/clip1-input.wav', tone());
  run.write('samples/clip1-output.wav', tone());
  run.write('samples/example.wav', tone());
  return run;
}

/** One that has a config and curves, and came no further. */
export function interruptedRun({ root = temporaryFolder(), seed = 7, started }: RunWish = {}): RunFolder {
  const run = RunFolder.create(root, {
    ...{ pipeline: 'embed-test', config: { seed, model: { code: 16, note: hostile } } },
    ...{ started: started ?? '2030-01-02T03:04:05.000Z', version: '0.1.0' },
  });
  for (let step = 1; step <= 400; step++) {
    run.appendMetrics({ phase: 'classifier', kind: 'step', step, epoch: 1, loss: 2 / step, rate: 0.001 });
    if (step % 100 !== 0) continue;
    run.appendMetrics({
      phase: 'classifier',
      kind: 'validation',
      step,
      epoch: 1,
      loss: 3 / step,
      accuracy: 0.5,
    });
  }
  return run;
}

function syntheticReport(): ReportSettings {
  const histogram = { edges: [-1, 0, 1], counts: [3, 5] };
  const statistics = { mean: 0.1, deviation: 1, deadShare: 0, ...histogram };
  return {
    title: `A test ${hostile}`,
    summary: `digits ${hostile}`,
    corpus: {
      ...{ name: `voices ${hostile}`, licence: 'MIT', home: 'https://example.org/?a=1&b=2', speakers: 3 },
      ...{ train: 100, validation: 10, test: 20, skipped: [{ id: 'bad.wav', reason: `torn ${hostile}` }] },
    },
    models: [
      {
        ...{ name: 'classifier', parameters: 1234, multiplyAdds: 5678 },
        rows: [
          {
            name: 'one',
            layer: `Linear(${hostile})`,
            output: '1 × 10',
            parameters: 1234,
            multiplyAdds: 5678,
          },
        ],
      },
    ],
    confusion: {
      classes: ['yes', hostile],
      counts: [
        [6, 2],
        [0, 8],
      ],
    },
    perClass: [{ name: 'yes', precision: 1, recall: 0.75, f1: 0.857, support: 8 }],
    perSpeaker: [
      { name: 'easy', count: 8, accuracy: 1 },
      { name: `hard ${hostile}`, count: 8, accuracy: 0.25 },
    ],
    tables: [{ title: 'Baselines', head: ['way', 'error'], rows: [[`mean ${hostile}`, 0.5]] }],
    examples: [
      {
        ...{ title: `5 by ${hostile}`, caption: 'named right' },
        pictures: ['input', 'target', 'output'].map((title, shift) => ({ title, picture: ramp(shift) })),
        sounds: [{ title: 'as spoken', file: 'example.wav' }],
      },
    ],
    latent: Array.from({ length: 12 }, (_, index) => ({
      ...{ id: `clip${index}`, digit: index % 10, speaker: index % 2 === 0 ? 'a' : hostile },
      code: [Math.sin(index), Math.cos(index), index / 12],
    })),
    layers: [
      { model: 'classifier', name: 'one', layer: 'Linear', output: statistics, gradient: statistics },
      {
        model: 'classifier',
        name: 'two',
        layer: 'ReLU',
        output: { ...statistics, deadShare: 0.9 },
        gradient: null,
      },
    ],
  };
}

const ramp = (shift: number) => ({
  bins: 3,
  frames: 4,
  data: Array.from({ length: 12 }, (_, i) => i + shift),
});

function tone(): Uint8Array {
  const samples = Float32Array.from({ length: 400 }, (_, n) => Math.sin(n / 5));
  return encodeWav({ channels: [samples], sampleRate: 8000 });
}
