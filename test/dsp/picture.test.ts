import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { colorMap, colorMapNames } from '../../packages/dsp/src/picture/colorMap.ts';
import { compressPng, encodePng } from '../../packages/dsp/src/picture/png.ts';
import { spectrogramPixels } from '../../packages/dsp/src/picture/spectrogramPixels.ts';

const colorAt = (table: Uint8ClampedArray, i: number) => Array.from(table.subarray(3 * i, 3 * i + 3));

describe('colorMap', () => {
  // Entries of matplotlib's tables, between the anchors as well as on them.
  test.each([
    [
      'viridis',
      { 0: 0x440154, 1: 0x440256, 37: 0x46337f, 100: 0x2a768e, 128: 0x21918c, 200: 0x70cf57, 255: 0xfde725 },
    ],
    [
      'magma',
      { 0: 0x000004, 1: 0x010005, 37: 0x241253, 100: 0x892881, 128: 0xb73779, 200: 0xfd9869, 255: 0xfcfdbf },
    ],
  ] as const)('%s: within 3 levels of the published table', (name, entries) => {
    const table = colorMap(name);
    for (const [index, hex] of Object.entries(entries)) {
      const expected = [hex >> 16, (hex >> 8) & 255, hex & 255];
      const actual = colorAt(table, Number(index));
      for (const channel of [0, 1, 2])
        expect(Math.abs(actual[channel] - expected[channel])).toBeLessThanOrEqual(3);
    }
  });

  test.each(colorMapNames)('%s: never gets darker', (name) => {
    const table = colorMap(name);
    const lightness = Array.from({ length: 256 }, (_, i) => {
      const [red, green, blue] = colorAt(table, i);
      return 0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2;
    });
    for (let i = 1; i < 256; i++) expect(lightness[i]).toBeGreaterThan(lightness[i - 1] * 0.98 - 1);
    expect(lightness[255]).toBeGreaterThan(20 * lightness[0]);
  });

  test('gray is gray', () => {
    expect(colorAt(colorMap('gray'), 77)).toEqual([77, 77, 77]);
  });

  test('refuses a name it does not know', () => {
    expect(() => colorMap('jet' as 'gray')).toThrow(
      'colorMap: name must be one of viridis, magma, gray, jet',
    );
  });
});

describe('spectrogramPixels', () => {
  // Two bins, three frames: the lower bin is 0, 1, 2 and the upper 3, 4, 5.
  const spectrogram = { data: Float32Array.of(0, 1, 2, 3, 4, 5), bins: 2, frames: 3 };
  const reds = (pixels: Uint8ClampedArray) => Array.from(pixels).filter((_, i) => i % 4 === 0);

  test('time to the right, frequency upwards, smallest darkest', () => {
    const { data, width, height } = spectrogramPixels(spectrogram, { colors: 'gray' });
    expect([width, height]).toEqual([3, 2]);
    expect(reds(data)).toEqual([153, 204, 255, 0, 51, 102]);
    expect(data.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
  });

  test('low and high hold values in', () => {
    const { data } = spectrogramPixels(spectrogram, { colors: 'gray', low: 1, high: 4 });
    expect(reds(data)).toEqual([170, 255, 255, 0, 0, 85]);
  });

  test('scales by whole pixels', () => {
    const { data, width, height } = spectrogramPixels(spectrogram, { colors: 'gray', scaleX: 2, scaleY: 3 });
    expect([width, height, data.length]).toEqual([6, 6, 144]);
    expect(reds(data).slice(0, 6)).toEqual([153, 153, 204, 204, 255, 255]);
    expect(reds(data).slice(12, 18)).toEqual(reds(data).slice(0, 6));
  });

  test('one value throughout is drawn dark', () => {
    const { data } = spectrogramPixels(
      { data: new Float32Array(4).fill(-80), bins: 2, frames: 2 },
      { colors: 'gray' },
    );
    expect(reds(data)).toEqual([0, 0, 0, 0]);
  });

  test('refuses NaN, other sizes, fractions of pixels, ranges that fall', () => {
    const draw =
      (options: object, change: object = {}) =>
      () =>
        spectrogramPixels({ ...spectrogram, ...change }, options);
    expect(draw({}, { data: Float32Array.of(0, 1, 2, 3, 4, Number.NaN) })).toThrow('data[5]=NaN');
    expect(draw({}, { frames: 4 })).toThrow('spectrogramPixels: data is not bins x frames, 6, 2 x 4');
    expect(draw({ scaleX: 0.5 })).toThrow('scaleX=0.5');
    expect(draw({ scaleX: 1e9 })).toThrow('at most 2^28 pixels');
    expect(draw({ scaleY: 0 })).toThrow('scaleY=0');
    expect(draw({ low: 2, high: 1 })).toThrow('high must not lie below low, low=2, high=1');
  });
});

/** Reads a PNG of our kind, checking every checksum with the platform's inflate and a table-driven CRC. */
function decodePng(file: Uint8Array) {
  const table = Array.from({ length: 256 }, (_, n) => {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  const crc32 = (bytes: Uint8Array) =>
    ~bytes.reduce((crc, byte) => (crc >>> 8) ^ table[(crc ^ byte) & 255], -1) >>> 0;
  expect(Array.from(file.subarray(0, 8))).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(file.buffer);
  const chunks: Record<string, Uint8Array> = {};
  for (let at = 8; at < file.length; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...file.subarray(at + 4, at + 8));
    expect(view.getUint32(at + 8 + length)).toBe(crc32(file.subarray(at + 4, at + 8 + length)));
    chunks[name] = file.slice(at + 8, at + 8 + length);
    at += 12 + length;
  }
  expect(Object.keys(chunks)).toEqual(['IHDR', 'IDAT', 'IEND']);
  const header = new DataView(chunks.IHDR.buffer);
  expect(Array.from(chunks.IHDR.subarray(8))).toEqual([8, 6, 0, 0, 0]);
  const [width, height] = [header.getUint32(0), header.getUint32(4)];
  const lines = new Uint8Array(inflateSync(chunks.IDAT));
  expect(lines.length).toBe((4 * width + 1) * height);
  return { width, height, data: lines.filter((_, i) => i % (4 * width + 1) !== 0) };
}

describe('png', () => {
  const picture = (width: number, height: number) => ({
    width,
    height,
    data: Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => (i * i) % 251),
  });

  // 200 x 100 takes two stored blocks, 256 x 256 five.
  test.each([
    [1, 1],
    [3, 2],
    [200, 100],
    [256, 256],
  ])('%d x %d comes back, stored and compressed', async (width, height) => {
    const source = picture(width, height);
    const expected = { width, height, data: Uint8Array.from(source.data) };
    expect(decodePng(encodePng(source))).toEqual(expected);
    expect(decodePng(await compressPng(source))).toEqual(expected);
  });

  test('compressed is smaller where there is something to compress', async () => {
    const flat = { width: 64, height: 64, data: new Uint8ClampedArray(64 * 64 * 4) };
    expect((await compressPng(flat)).length).toBeLessThan(encodePng(flat).length / 20);
  });

  test('refuses data of another size, and no pixels', async () => {
    const bad = { ...picture(2, 2), width: 3 };
    expect(() => encodePng(bad)).toThrow('encodePng: data is not width x height x 4 bytes, 16, 3 x 2');
    await expect(compressPng(bad)).rejects.toThrow('16, 3 x 2');
    expect(() => encodePng({ width: 0, height: 2, data: new Uint8Array(0) })).toThrow('width=0');
  });
});
