import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  decodeWav,
  IstftStream,
  integratedLoudness,
  mixAtSnr,
  normalizeLevel,
  pinkNoise,
  resample,
  StftStream,
  siSdr,
  spectrogram,
  spectrogramPixels,
  trimSilence,
  whiteNoise,
} from '../../packages/dsp/src/index.ts';
import { speakDigit } from '../../packages/dsp/src/voice/speakDigit.ts';
import { inventSpeaker } from '../../packages/dsp/src/voice/speaker.ts';

const sampleRate = 16000;
const speech = speakDigit(7, { speaker: { ...inventSpeaker(3), roomDb: -100 }, take: 0, sampleRate });

describe('operations together, as a page or a pipeline uses them', () => {
  test('a stream that takes noise away: the ratio rises by 3 dB, a block at a time', () => {
    const noisy = mixAtSnr(speech, whiteNoise(speech.length, { seed: 1 }), { snrDb: 5 }).samples;
    const options = { nFft: 512, hopLength: 128 };
    const floor = new Float32Array(257);
    const cleaned: number[] = [];
    const back = new IstftStream(options, (samples) => cleaned.push(...samples));
    const clean = new StftStream(options, (re, im, frame) => {
      for (let k = 0; k < re.length; k++) {
        const power = re[k] ** 2 + im[k] ** 2;
        // The first frames hold no speech: what is there is noise.
        if (frame < 4) floor[k] += power / 4;
        const kept = Math.max(1 - (2 * floor[k]) / (power + 1e-9), 0.01);
        re[k] *= kept;
        im[k] *= kept;
      }
      back.push(re, im);
    });
    for (let at = 0; at < noisy.length; at += 128) clean.push(noisy.subarray(at, at + 128));
    clean.end();
    back.end(noisy.length);
    expect(siSdr(speech, Float32Array.from(cleaned))).toBeGreaterThan(siSdr(speech, noisy) + 3);
  });

  test('trim, change the rate, level, draw: every step takes what the one before gives', () => {
    const word = trimSilence(speech, { topDb: 35, frameLength: 512, hopLength: 128 }).samples;
    const low = resample(word, { sourceRate: sampleRate, targetRate: 8000 });
    const level = normalizeLevel(low, { lufs: -20, sampleRate: 8000 });
    expect(integratedLoudness(level, 8000)).toBeCloseTo(-20, 3);
    const picture = spectrogramPixels(spectrogram(level, { nFft: 256, hopLength: 64 }), { scaleX: 2 });
    expect([picture.width, picture.height]).toEqual([2 * (1 + Math.floor(level.length / 64)), 129]);
  });

  test('noise of two colours at one ratio: pink is where speech is, and hides it more', () => {
    const damage = (noise: Float32Array) => {
      const mixed = mixAtSnr(speech, noise, { snrDb: 0 }).samples;
      const bands = (samples: Float32Array) => spectrogram(samples, { nFft: 512 });
      const [clean, dirty] = [bands(speech), bands(mixed)];
      let low = 0;
      // The lowest sixteen bins: up to 500 Hz.
      for (let i = 0; i < 16 * clean.frames; i++) low += Math.abs(dirty.data[i] - clean.data[i]);
      return low;
    };
    const { length } = speech;
    expect(damage(pinkNoise(length, { seed: 1, sampleRate }))).toBeGreaterThan(
      2 * damage(whiteNoise(length, { seed: 1 })),
    );
  });

  test('the example writes ten WAV files that decode, and a picture', () => {
    const folder = mkdtempSync(join(tmpdir(), 'digits-'));
    try {
      const command = [
        '--import',
        'tsx',
        '--conditions=sonograd-source',
        'packages/dsp/examples/digits.ts',
        '2',
        folder,
      ];
      expect(execFileSync(process.execPath, command, { encoding: 'utf8' })).toContain(
        'ten digits by speaker 2',
      );
      expect(readdirSync(folder)).toHaveLength(11);
      const { channels, sampleRate } = decodeWav(Uint8Array.from(readFileSync(join(folder, '7.wav'))));
      expect([channels.length, sampleRate]).toEqual([1, 16000]);
      expect(readFileSync(join(folder, 'digits.png')).subarray(1, 4).toString()).toBe('PNG');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
