import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compressPng, spectrogramPixels } from '@sonograd/dsp';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { decodePicture, encodePicture } from '../../../packages/experiments/src/corpora/pictureFile.ts';
import { openPictures } from '../../../packages/experiments/src/corpora/pictures.ts';
import { InputError } from '../../../packages/experiments/src/inputError.ts';
import { scratchFolder, writeFiles } from '../corporaSupport.ts';

const scratch = scratchFolder();
const ramp = { data: Float32Array.from({ length: 12 }, (_, i) => i), bins: 3, frames: 4 };

describe('encodePicture and decodePicture', () => {
  test('grey: every value within half a level of 255', () => {
    const back = decodePicture(encodePicture(ramp, 0, 11), 'ramp.png');
    expect([back.bins, back.frames]).toEqual([3, 4]);
    back.data.forEach((value, i) => {
      expect(Math.abs(11 * value - i)).toBeLessThan(11 / 510 + 1e-6);
    });
  });

  test('beyond low and high is black and white', () => {
    const { data } = decodePicture(encodePicture(ramp, 4, 6), 'ramp.png');
    expect([...data.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0]);
    expect([...data.subarray(6)]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('the lowest row of pixels is the first bin', () => {
    const pixels = Uint8Array.of(255, 0, 0, 0, 0, 0);
    const bytes = encode({ width: 2, height: 3, data: pixels, channels: 1, depth: 8 });
    expect([...decodePicture(bytes, 'p.png').data]).toEqual([0, 0, 0, 0, 1, 0]);
  });

  test.each(['viridis', 'magma', 'gray'] as const)('colours of %s keep their order', async (colors) => {
    const values = { data: Float32Array.from({ length: 64 }, (_, i) => i), bins: 1, frames: 64 };
    const { data } = decodePicture(await compressPng(spectrogramPixels(values, { colors })), 'c.png');
    for (let i = 1; i < 64; i++) expect(data[i]).toBeGreaterThan(data[i - 1]!);
  });

  test('16 bits, an alpha channel, colours in a palette, packed bits', () => {
    const deep = encode({ width: 2, height: 1, data: Uint16Array.of(65535, 32768), channels: 1, depth: 16 });
    expect([...decodePicture(deep, 'd.png').data]).toEqual([1, Math.fround(32768 / 65535)]);
    const alpha = encode({
      width: 2,
      height: 1,
      data: Uint8Array.of(255, 0, 51, 255),
      channels: 2,
      depth: 8,
    });
    expect([...decodePicture(alpha, 'a.png').data]).toEqual([1, Math.fround(0.2)]);
    const packed = encode({
      width: 3,
      height: 2,
      data: Uint8Array.of(0b10100000, 0b01000000),
      channels: 1,
      depth: 1,
    });
    expect([...decodePicture(packed, 'b.png').data]).toEqual([0, 1, 0, 1, 0, 1]);
  });

  test.each([
    [
      'text',
      new TextEncoder().encode('no picture, though it is long enough to be one'),
      /damaged|1 to 2\^26/,
    ],
    ['a few bytes', Uint8Array.of(1, 2), /this is no PNG file, 2 bytes, x\.png/],
    ['half a file', encodePicture(ramp, 0, 11).slice(0, 50), /the PNG is damaged \(.+\), x\.png/],
  ])('%s is refused in one line', (_, bytes, message) => {
    expect(() => decodePicture(bytes, 'x.png')).toThrow(InputError);
    expect(() => decodePicture(bytes, 'x.png')).toThrow(message);
    expect(() => decodePicture(bytes, 'x.png')).not.toThrow(/\n/);
  });

  test('a header that lies about its size takes no memory', () => {
    const bytes = encodePicture(ramp, 0, 11);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, 2 ** 31 - 1);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => decodePicture(bytes, 'x.png')).toThrow(
      'a picture has 1 to 2^26 pixels, 6442450941 in x.png',
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  test('one bit is wrong: the checksum tells', () => {
    const bytes = encodePicture(ramp, 0, 11);
    bytes[45]! ^= 4;
    expect(() => decodePicture(bytes, 'x.png')).toThrow(/the PNG is damaged/);
  });
});

describe('openPictures', () => {
  const png = encodePicture(ramp, 0, 11);

  test('parts from the folders above, digits from the folder or the name', () => {
    const folder = writeFiles(join(scratch, 'p'), {
      'Train_spectrograms/7/7_george_12.png': png,
      'Train_spectrograms/three/anything.png': png,
      'Test_spectrograms/8_theo_1.png': png,
      'validation/5x.png': png,
      '4/loose.png': png,
      'Train_spectrograms/notes.txt': 'x',
    });
    const items = openPictures(folder).items();
    expect(items.map(({ digit, speaker, take, part }) => [digit, speaker, take, part])).toEqual([
      [3, 'unknown', 0, 'train'],
      [4, 'unknown', 0, undefined],
      [5, 'unknown', 0, 'validation'],
      [7, 'george', 12, 'train'],
      [8, 'theo', 1, 'test'],
    ]);
    expect(items[0]?.source.kind).toBe('picture');
    expect(readFileSync(items[3]!.source.kind === 'picture' ? items[3]!.source.path : '')).toHaveLength(
      png.length,
    );
  });

  test.each([
    [{ 'other/x.png': png }, /neither the folder nor the start of the name is a digit, other\/x\.png in/],
    [{ 'a.wav': png }, /there is no \.png file in the folder, a\.wav in/],
  ])('%#: one line that says what is wrong', (files, message) => {
    const folder = writeFiles(join(scratch, `bad${Object.keys(files)[0]?.length}`), files);
    expect(() => openPictures(folder).items()).toThrow(message);
  });

  test('a folder that is not there', () => {
    expect(() => openPictures('nowhere').items()).toThrow('pictures: the folder does not exist, nowhere');
  });
});
