import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { griffinLim, logMel, setEngine, spectrogram } from '@sonograd/dsp';
import { interleave, median, quick, ratioOf } from '../measure.ts';
import { batch, realTransforms } from './transforms.ts';

const nanosecondsPerFrame = (milliseconds: number) => Math.round((milliseconds * 1e6) / batch);
const times = (ratio: number) => `${ratio.toFixed(2)}x`;

function transforms(): void {
  console.log('real FFT, nanoseconds a frame, batches of', batch);
  const options = { ...quick, rounds: 9 };
  const ratios: number[] = [];
  for (const size of [512, 1024, 2048]) {
    const { reference, simd, fftJs, pffft, pffftInside } = realTransforms(size);
    const timings = interleave([reference, simd, fftJs, pffft, pffftInside], options);
    for (const { name, milliseconds } of timings) {
      console.log(`  ${size} ${name.padEnd(26)} ${nanosecondsPerFrame(milliseconds.median)}`);
    }
    const [plain, lanes, js, wasm, inside] = timings as [Timed, Timed, Timed, Timed, Timed];
    ratios.push(ratioOf(plain, js));
    console.log(
      `  ${size} simd: ${times(ratioOf(lanes, js))} fft.js, ${times(ratioOf(lanes, wasm))} pffft, ${times(ratioOf(lanes, inside))} pffft inside its memory`,
    );
    console.log(`  ${size} reference: ${times(ratioOf(plain, js))} fft.js`);
  }
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  console.log(`  reference, geometric mean: ${times(mean)} fft.js`);
}

type Timed = ReturnType<typeof interleave>[number];

/** After a tenth of a second to warm up, in which the engine compiles what it first interpreted. */
function medianTime(run: () => void, rounds: number): number {
  for (const end = performance.now() + 100; performance.now() < end; ) run();
  const measured = Array.from({ length: rounds }, () => {
    const started = performance.now();
    run();
    return performance.now() - started;
  });
  return median(measured);
}

/** Torch's times before and after ours, so that neither has the quieter machine to itself. */
function besideTorchaudio(folder: string): void {
  const before = torchaudio(folder);
  if (before === undefined) {
    console.log('torchaudio: cannot be imported here, left out');
    return;
  }
  setEngine('simd');
  const samples = Float32Array.from(
    { length: 160_000 },
    (_, i) => Math.sin(0.1 * i) + 0.1 * Math.sin(0.73 * i),
  );
  const frames = { nFft: 512, hopLength: 160, padMode: 'reflect' } as const;
  const bands = { ...frames, preset: 'torchaudio', sampleRate: 16_000, nMels: 64 } as const;
  const magnitudes = spectrogram(samples, { ...frames, power: 1 });
  const ours = {
    logMel: medianTime(() => logMel(samples, bands), 61),
    griffinLim: medianTime(() => griffinLim(magnitudes, { ...frames, length: 160_000, iterations: 32 }), 7),
  };
  const after = torchaudio(folder) ?? before;
  console.log('10 s at 16 kHz, milliseconds');
  for (const name of ['logMel', 'griffinLim'] as const) {
    const theirs = (before[name] + after[name]) / 2;
    console.log(
      `  ${name.padEnd(12)} ${ours[name].toFixed(2)}, torchaudio ${theirs.toFixed(2)}: ${times(theirs / ours[name])}`,
    );
  }
}

function torchaudio(folder: string): { logMel: number; griffinLim: number } | undefined {
  const env = { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' };
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      return JSON.parse(
        execFileSync(python, [join(folder, 'torchaudio_peer.py')], { encoding: 'utf8', stdio: 'pipe', env }),
      );
    } catch {
      // Another Python may have it.
    }
  }
  return undefined;
}

transforms();
besideTorchaudio(process.argv[2] as string);
