/**
 * The ten digits by an invented speaker, to hear and to see: ten WAV files and one picture of their
 * spectrograms, zero to four above five to nine.
 *
 *     npx tsx --conditions=sonograd-source packages/dsp/examples/digits.ts [speaker's seed] [folder]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compressPng,
  encodeWav,
  type Picture,
  powerToDb,
  spectrogram,
  spectrogramPixels,
} from '@sonograd/dsp';
import { inventSpeaker, speakDigit } from '@sonograd/dsp/voice';

const sampleRate = 16000;
const [seed = '1', folder = 'digits'] = process.argv.slice(2);
const speaker = inventSpeaker(Number(seed));

/** A window of 8 ms: short enough to show single pulses of the voice, and so formants rather than harmonics. */
function draw(samples: Float32Array): Picture {
  const power = spectrogram(samples, { nFft: 512, winLength: 128, hopLength: 64 });
  return spectrogramPixels(powerToDb(power, { ref: 'max', topDb: 55 }), { low: -55, high: 0 });
}

/** Pictures side by side in rows of five, each on black of the widest one's size. */
function sheet(pictures: Picture[]): Picture {
  const gap = 4;
  const cellWidth = Math.max(...pictures.map(({ width }) => width)) + gap;
  const cellHeight = pictures[0].height + gap;
  const [width, height] = [5 * cellWidth, 2 * cellHeight];
  const data = new Uint8ClampedArray(4 * width * height).map((_, i) => (i % 4 === 3 ? 255 : 0));
  pictures.forEach((picture, digit) => {
    const corner = Math.floor(digit / 5) * cellHeight * width + (digit % 5) * cellWidth;
    for (let y = 0; y < picture.height; y++) {
      const row = picture.data.subarray(4 * y * picture.width, 4 * (y + 1) * picture.width);
      data.set(row, 4 * (corner + y * width));
    }
  });
  return { data, width, height };
}

mkdirSync(folder, { recursive: true });
const clips = Array.from({ length: 10 }, (_, digit) => speakDigit(digit, { speaker, take: 0, sampleRate }));
for (const [digit, samples] of clips.entries()) {
  writeFileSync(join(folder, `${digit}.wav`), encodeWav({ sampleRate, channels: [samples] }));
}
writeFileSync(join(folder, 'digits.png'), await compressPng(sheet(clips.map(draw))));
console.log(`ten digits by speaker ${seed} (${Math.round(speaker.pitchHz)} Hz) are in ${folder}`);
