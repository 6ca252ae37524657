import type { Spectrogram } from '@sonograd/dsp';
import { type DecodedPng, decode, encode } from 'fast-png';
import { firstLine, InputError } from '../inputError.ts';

/** More pixels than any spectrogram of speech has; a header that lies about its size ends here. */
const mostPixels = 2 ** 26;

/**
 * A picture as a spectrogram of values from 0, black, to 1, white: the lowest row of pixels is the first bin. Colours
 * count by their lightness, which in maps made for the eye, such as viridis and magma, rises with the value.
 */
export function decodePicture(bytes: Uint8Array, path: string): Spectrogram {
  const picture = decodePng(bytes, path);
  const { width: frames, height: bins } = picture;
  const lightness = lightnessOf(picture);
  const data = new Float32Array(bins * frames);
  for (let y = 0; y < bins; y++) {
    const row = (bins - 1 - y) * frames;
    for (let x = 0; x < frames; x++) data[row + x] = lightness(y * frames + x);
  }
  return { data, bins, frames };
}

/** A grey PNG of a spectrogram; values at `low` and below are black, at `high` and above white. */
export function encodePicture(spectrogram: Spectrogram, low: number, high: number): Uint8Array {
  const { data, bins, frames } = spectrogram;
  const pixels = new Uint8Array(bins * frames);
  for (let bin = 0; bin < bins; bin++) {
    const row = (bins - 1 - bin) * frames;
    for (let t = 0; t < frames; t++) {
      const share = ((data[bin * frames + t] ?? low) - low) / (high - low);
      pixels[row + t] = Math.round(255 * Math.min(Math.max(share, 0), 1));
    }
  }
  return encode({ width: frames, height: bins, data: pixels, channels: 1, depth: 8 });
}

function decodePng(bytes: Uint8Array, path: string): DecodedPng {
  if (bytes.length < 33)
    throw new InputError(`pictures: this is no PNG file, ${bytes.length} bytes, ${path}`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, 33);
  const pixels = header.getUint32(16) * header.getUint32(20);
  if (pixels === 0 || pixels > mostPixels) {
    throw new InputError(`pictures: a picture has 1 to 2^26 pixels, ${pixels} in ${path}`);
  }
  try {
    return decode(bytes, { checkCrc: true });
  } catch (error) {
    throw new InputError(`pictures: the PNG is damaged (${firstLine(error)}), ${path}`, { cause: error });
  }
}

/** Lightness of pixel `index`, 0 to 1, by the weights of Rec. 601 where there are colours. */
function lightnessOf({ data, depth, channels, palette, width }: DecodedPng): (index: number) => number {
  const value = (at: number) => data[at] ?? 0;
  if (palette !== undefined) return (index) => weigh(palette[sample(data, index, width, depth)] ?? []) / 255;
  const most = 2 ** depth - 1;
  if (channels < 3) {
    if (depth < 8) return (index) => sample(data, index, width, depth) / most;
    return (index) => value(index * channels) / most;
  }
  return (index) => {
    const at = index * channels;
    return weigh([value(at), value(at + 1), value(at + 2)]) / most;
  };
}

const weigh = ([red = 0, green = 0, blue = 0]: readonly number[]): number =>
  0.299 * red + 0.587 * green + 0.114 * blue;

/** Samples of 1, 2 and 4 bits lie packed, each row from a fresh byte. */
function sample(data: DecodedPng['data'], index: number, width: number, depth: number): number {
  if (depth >= 8) return data[index] ?? 0;
  const perByte = 8 / depth;
  const x = index % width;
  const byte = data[Math.floor(index / width) * Math.ceil(width / perByte) + Math.floor(x / perByte)] ?? 0;
  return (byte >> (8 - depth * ((x % perByte) + 1))) & (2 ** depth - 1);
}
