/**
 * From a waveform to a mel spectrogram in dB, one step at a time, with a picture of each: a page to open in a
 * browser. Every step is computed here by its definition and compared with what the package gives.
 *
 *     npx tsx --conditions=sonograd-source packages/dsp/examples/waveformToMel.ts [sound.wav] [page.html]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import {
  compressPng,
  decodeWav,
  frame,
  makeWindow,
  melFilterbank,
  melSpectrogram,
  mixToMono,
  powerToDb,
  rfft,
  type Spectrogram,
  spectrogramPixels,
} from '@sonograd/dsp';
import { largestDifference, linePlot, page, type Section } from './page.ts';

const [input, output = 'waveform-to-mel.html'] = process.argv.slice(2);
const { samples, sampleRate } = input === undefined ? slidingTone() : readSound(input);
const nFft = 512;
const hopLength = 128;
const nMels = 40;
const sections: Section[] = [];

function readSound(file: string): { samples: Float32Array; sampleRate: number } {
  const { channels, sampleRate: rate } = decodeWav(readFileSync(file));
  return { samples: mixToMono(channels), sampleRate: rate };
}

/** A tone that slides from 300 Hz to 2400 Hz within a second, and its octave, quieter. */
function slidingTone(): { samples: Float32Array; sampleRate: number } {
  const rate = 8000;
  const phase = (seconds: number) => 2 * Math.PI * (300 * seconds + 1050 * seconds * seconds);
  const at = (i: number) => 0.6 * Math.sin(phase(i / rate)) + 0.2 * Math.sin(2 * phase(i / rate));
  return { samples: Float32Array.from({ length: rate }, (_, i) => at(i)), sampleRate: rate };
}

// 1. A waveform is a row of numbers: air pressure, so many times a second.
sections.push({
  title: '1. The waveform',
  text: `${samples.length} samples at ${sampleRate} a second: too fast to see a pitch, too long to take in at once.`,
  picture: linePlot([samples]),
});

// 2. Cut into short overlapping frames, within which a sound hardly changes.
const { data: frames, frames: count } = frame(samples, { frameLength: nFft, hopLength });
const middle = Math.floor(count / 2);
const one = frames.subarray(middle * nFft, (middle + 1) * nFft);
sections.push({
  title: '2. A frame',
  text: `${count} frames of ${nFft} samples, one every ${hopLength}; this is frame ${middle}. It begins and ends in mid-air.`,
  picture: linePlot([one]),
});

// 3. A window lets it rise from nothing and fall back, or its edges would sound as a click in every frequency.
const window = makeWindow('hann', nFft);
const windowed = one.map((sample, i) => sample * window[i]);
sections.push({
  title: '3. Times a window',
  text: 'The Hann window, half a period of a cosine up and half down, and what it leaves of the frame.',
  picture: linePlot([window, windowed]),
});

// 4. How much of each frequency is in it? Compare it with a cosine and a sine of that frequency.
const bins = nFft / 2 + 1;
const definition = Float64Array.from({ length: bins }, (_, k) => {
  let re = 0;
  let im = 0;
  for (let n = 0; n < nFft; n++) {
    re += windowed[n] * Math.cos((2 * Math.PI * k * n) / nFft);
    im -= windowed[n] * Math.sin((2 * Math.PI * k * n) / nFft);
  }
  return re * re + im * im;
});
const spectrum = rfft(windowed);
const power = spectrum.re.map((re, k) => re * re + spectrum.im[k] ** 2);
sections.push({
  title: '4. The Fourier transform',
  text: `Power in ${bins} bins from 0 to ${sampleRate / 2} Hz. The definition takes ${bins * nFft} multiplications for this frame, the fast transform a hundredth; they differ by ${largestDifference(definition, power)} at most.`,
  picture: linePlot([power]),
});

// 5. All frames side by side: time to the right, frequency upwards.
const powers: Spectrogram = { data: new Float32Array(bins * count), bins, frames: count };
for (let t = 0; t < count; t++) {
  const { re, im } = rfft(frames.subarray(t * nFft, (t + 1) * nFft).map((sample, i) => sample * window[i]));
  for (let k = 0; k < bins; k++) powers.data[k * count + t] = re[k] ** 2 + im[k] ** 2;
}
sections.push({
  title: '5. The spectrogram',
  text: 'As it is, the loudest bins drown the rest: power spans many powers of ten.',
  picture: await image(powers, 2),
});

// 6. Ears tell low pitches apart finely and high ones coarsely; triangles on the mel scale do the same.
const bank = melFilterbank({ preset: 'librosa', sampleRate, nFft, nMels });
const rows = Array.from({ length: nMels }, (_, mel) => bank.data.subarray(mel * bins, (mel + 1) * bins));
sections.push({
  title: '6. The mel filters',
  text: `${nMels} triangles, narrow below and wide above, each of the same area: every mel band is the sum of a few bins.`,
  picture: linePlot(rows),
});

// 7. A mel band is a weighted sum over bins, for each frame.
const mels: Spectrogram = { data: new Float32Array(nMels * count), bins: nMels, frames: count };
for (let mel = 0; mel < nMels; mel++) {
  for (let t = 0; t < count; t++) {
    for (let k = 0; k < bins; k++) mels.data[mel * count + t] += rows[mel][k] * powers.data[k * count + t];
  }
}
const options = { preset: 'librosa', sampleRate, nFft, hopLength, nMels, center: false } as const;
const packaged = melSpectrogram(samples, options);
sections.push({
  title: '7. The mel spectrogram',
  text: `${nMels} numbers a frame in place of ${bins}. What one call of melSpectrogram gives differs by ${largestDifference(mels.data, packaged.data)} at most.`,
  picture: await image(mels, 6),
});

// 8. Loudness is heard by ratios: decibels turn them into differences.
sections.push({
  title: '8. In decibels',
  text: 'Ten times the logarithm to base ten, down to 80 dB below the loudest: what a network is usually shown.',
  picture: await image(powerToDb(packaged, { ref: 'max' }), 6),
});

writeFileSync(output, page('From a waveform to a mel spectrogram', sections));
console.log(`${sections.length} steps written to ${output}`);

async function image(spectrogram: Spectrogram, scaleY: number): Promise<string> {
  const png = await compressPng(spectrogramPixels(spectrogram, { colors: 'magma', scaleX: 6, scaleY }));
  return `<img alt="" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">`;
}
