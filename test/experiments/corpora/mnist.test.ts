import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeIdx } from '../../../packages/experiments/src/corpora/idx.ts';
import { openMnist } from '../../../packages/experiments/src/corpora/mnist.ts';
import { InputError } from '../../../packages/experiments/src/inputError.ts';
import { mnistAvailable, mnistFolder, scratchFolder, writeFiles } from '../corporaSupport.ts';

const scratch = scratchFolder();

function idx(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x0800 + shape.length);
  for (const [axis, length] of shape.entries()) header.setUint32(4 + 4 * axis, length);
  return Uint8Array.from([...new Uint8Array(header.buffer), ...Array.from(data)]);
}

const images = idx([3, 2, 2], [0, 1, 2, 3, 10, 11, 12, 13, 250, 251, 252, 253]);
const labels = idx([3], [7, 0, 9]);

describe('decodeIdx', () => {
  test('any shape, packed or plain', () => {
    for (const file of [images, gzipSync(images)]) {
      const { shape, data } = decodeIdx(file, 'i');
      expect(shape).toEqual([3, 2, 2]);
      expect([...data.subarray(8)]).toEqual([250, 251, 252, 253]);
    }
  });

  test.each([
    ['nothing', new Uint8Array(0), /this is no idx file of bytes, it begins \[\], x/],
    [
      'text',
      new TextEncoder().encode('hello'),
      /this is no idx file of bytes, it begins \[104, 101, 108, 108\], x/,
    ],
    ['floats', Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), /no idx file of bytes, it begins \[0, 0, 13, 1\]/],
    ['half a header', images.slice(0, 9), /the header is cut off, 9 bytes, x/],
    ['too short', images.slice(0, -1), /the header says \[3, 2, 2\], 11 bytes follow, x/],
    ['too long', Uint8Array.from([...images, 0]), /the header says \[3, 2, 2\], 13 bytes follow/],
    ['half a gzip', gzipSync(images).subarray(0, 20), /the file cannot be unpacked \(.+\), x/],
  ])('%s is refused', (_, file, message) => {
    expect(() => decodeIdx(file, 'x')).toThrow(InputError);
    expect(() => decodeIdx(file, 'x')).toThrow(message);
  });

  test('whatever bytes come, an answer or one line', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const file = Uint8Array.from([0, 0, 8, ...bytes]);
        try {
          const { shape, data } = decodeIdx(file, 'x');
          expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

describe('openMnist', () => {
  const files = {
    'train-images-idx3-ubyte.gz': gzipSync(images),
    'train-labels-idx1-ubyte.gz': gzipSync(labels),
    't10k-images-idx3-ubyte': images,
    't10k-labels-idx1-ubyte': labels,
  };

  test('images and labels, packed or plain', () => {
    const corpus = openMnist(writeFiles(join(scratch, 'm'), files));
    for (const part of ['train', 'test'] as const) {
      const set = corpus.images(part);
      expect(set).toMatchObject({ count: 3, height: 2, width: 2 });
      expect([...set.labels]).toEqual([7, 0, 9]);
      expect(set.pixels[4]).toBe(10);
      expect(corpus.images(part)).toBe(set);
    }
  });

  test('the checksum is that of the contents, however they are packed', () => {
    const plain = { ...files, 'train-images-idx3-ubyte.gz': gzipSync(images, { level: 0 }) };
    const sum = (name: string, files: Record<string, Uint8Array>) =>
      openMnist(writeFiles(join(scratch, name), files)).checksum();
    expect(sum('s1', plain)).toBe(sum('s2', files));
    expect(sum('s3', { ...files, 't10k-labels-idx1-ubyte': idx([3], [7, 0, 8]) })).not.toBe(sum('s4', files));
  });

  test.each([
    [{ 'train-labels-idx1-ubyte.gz': idx([2], [1, 2]) }, /do not belong together, \[3, 2, 2\] and \[2\]/],
    [{ 'train-labels-idx1-ubyte.gz': idx([3], [1, 10, 2]) }, /a label is 0 to 9, 10 at 1 in .*train-labels/],
    [
      { 'train-images-idx3-ubyte.gz': idx([3, 4], new Uint8Array(12)) },
      /do not belong together, \[3, 4\] and \[3\]/,
    ],
  ])('%#: what does not fit is refused', (change, message) => {
    const folder = writeFiles(join(scratch, `bad${message.source.length}`), { ...files, ...change });
    expect(() => openMnist(folder).images('train')).toThrow(message);
  });

  test('what is missing is named, with the way to get it', () => {
    const folder = writeFiles(join(scratch, 'half'), {
      'train-images-idx3-ubyte.gz': files['train-images-idx3-ubyte.gz'],
    });
    expect(() => openMnist(folder).images('train')).toThrow(
      /train-labels-idx1-ubyte\.gz is missing, .*half \(get it: sonograd fetch mnist\)/,
    );
    expect(() => openMnist('nowhere')).toThrow('nowhere (get it: sonograd fetch mnist)');
  });

  test.runIf(mnistAvailable)('the sample that lies beside: 8,000 and 1,000', () => {
    const corpus = openMnist(mnistFolder);
    const { train, test } = { train: corpus.images('train'), test: corpus.images('test') };
    expect([train.count, test.count]).toEqual([8000, 1000]);
    expect([train.height, train.width]).toEqual([28, 28]);
    const mean = train.pixels.reduce((sum, value) => sum + value, 0) / train.pixels.length / 255;
    // The mean of MNIST's training images is 0.1307.
    expect(Math.abs(mean - 0.1307)).toBeLessThan(0.003);
  });
});
