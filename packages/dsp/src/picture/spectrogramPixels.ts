import { reject, requireSpectrogram, requireWhole } from '../guard.ts';
import type { Spectrogram } from '../types.ts';
import { type ColorMapName, colorMap } from './colorMap.ts';

export interface PictureOptions {
  /** `magma` if unsaid. */
  colors?: ColorMapName;
  /** The value that is drawn darkest; the smallest there is if unsaid. */
  low?: number;
  /** The value that is drawn brightest; the largest there is if unsaid. */
  high?: number;
  /** Pixels per frame across and per bin up; whole numbers, 1 if unsaid. */
  scaleX?: number;
  scaleY?: number;
}

/** Pixels as a canvas's `ImageData` takes them: red, green, blue, alpha, row by row from the top. */
export interface Picture {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

/** Draws a spectrogram (in dB, for eyes): time to the right, frequency upwards. */
export function spectrogramPixels(spectrogram: Spectrogram, options: PictureOptions = {}): Picture {
  const { colors = 'magma', scaleX = 1, scaleY = 1 } = options;
  const { data, bins, frames } = spectrogram;
  requireSpectrogram('spectrogramPixels', spectrogram);
  requireWhole('spectrogramPixels', 'scaleX', scaleX);
  requireWhole('spectrogramPixels', 'scaleY', scaleY);
  const { low, high } = valueRange(data, options);
  const table = colorMap(colors);
  const width = frames * scaleX;
  const height = bins * scaleY;
  if (width * height > 2 ** 28) {
    reject('spectrogramPixels', 'the picture must be at most 2^28 pixels', `${width} x ${height}`);
  }
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    const row = (bins - 1 - Math.floor(y / scaleY)) * frames;
    for (let x = 0; x < width; x++, at += 4) {
      const share = (data[row + Math.floor(x / scaleX)] - low) / (high - low);
      const color = 3 * Math.round(255 * Math.min(Math.max(share, 0), 1));
      pixels[at] = table[color];
      pixels[at + 1] = table[color + 1];
      pixels[at + 2] = table[color + 2];
      pixels[at + 3] = 255;
    }
  }
  return { data: pixels, width, height };
}

function valueRange(data: Float32Array, options: PictureOptions): { low: number; high: number } {
  let smallest = data[0];
  let largest = data[0];
  for (const value of data) {
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  const { low = smallest, high = largest } = options;
  if (high < low || Number.isNaN(low + high))
    reject('spectrogramPixels', 'high must not lie below low', `low=${low}, high=${high}`);
  // A picture of one value is drawn dark throughout.
  return { low, high: high > low ? high : low + 1 };
}
