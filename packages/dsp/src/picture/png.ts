import { reject, requireWhole } from '../guard.ts';

/** What a PNG is made from: red, green, blue, alpha, row by row from the top. */
export interface PngSource {
  data: Uint8ClampedArray | Uint8Array;
  width: number;
  height: number;
}

/**
 * A PNG file of a picture, about as large as its pixels: deflate's stored blocks need no compressor.
 * `compressPng` makes it small.
 */
export function encodePng(picture: PngSource): Uint8Array<ArrayBuffer> {
  return assemble(picture, storedZlib(scanlines(picture)));
}

/** The same file, compressed by the platform (`CompressionStream`: browsers, Node). */
export async function compressPng(picture: PngSource): Promise<Uint8Array<ArrayBuffer>> {
  const lines = new Blob([scanlines(picture)]).stream();
  const zlib = await new Response(lines.pipeThrough(new CompressionStream('deflate'))).arrayBuffer();
  return assemble(picture, new Uint8Array(zlib));
}

/** Each row after a zero: "not filtered". */
function scanlines({ data, width, height }: PngSource): Uint8Array<ArrayBuffer> {
  requireWhole('encodePng', 'width', width);
  requireWhole('encodePng', 'height', height);
  if (data.length !== width * height * 4)
    reject('encodePng', 'data is not width x height x 4 bytes', `${data.length}, ${width} x ${height}`);
  const stride = width * 4;
  const lines = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++)
    lines.set(data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  return lines;
}

/** A zlib stream (RFC 1950) of stored blocks (RFC 1951, 3.2.4), 65,535 bytes at most in each. */
function storedZlib(bytes: Uint8Array): Uint8Array {
  const parts: ArrayLike<number>[] = [[0x78, 0x01]];
  for (let at = 0; at < bytes.length; at += 65535) {
    const part = bytes.subarray(at, at + 65535);
    const { length } = part;
    const isLast = at + length === bytes.length ? 1 : 0;
    parts.push([isLast, length, length >> 8, ~length, ~length >> 8], part);
  }
  return join(...parts, bigEndian(adler32(bytes)));
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function assemble({ width, height }: PngSource, zlib: Uint8Array): Uint8Array<ArrayBuffer> {
  // Eight bits a channel, red-green-blue-alpha.
  const header = join(bigEndian(width), bigEndian(height), [8, 6, 0, 0, 0]);
  return join(signature, chunk('IHDR', header), chunk('IDAT', zlib), chunk('IEND', []));
}

/** Length, name, body, and a checksum of name and body. */
function chunk(name: string, body: ArrayLike<number>): Uint8Array {
  const named = join(new TextEncoder().encode(name), body);
  return join(bigEndian(body.length), named, bigEndian(crc32(named)));
}

function join(...parts: ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Most significant byte first. */
const bigEndian = (value: number): number[] => [value >> 24, value >> 16, value >> 8, value];

/** A bit at a time: a table would be quicker and longer, and a picture takes a few milliseconds. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/** The remainders are taken every 3,800 bytes: 5,552 is the most before 32 bits overflow (RFC 1950). */
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let i = 0; i < bytes.length; i++) {
    a += bytes[i];
    b += a;
    if (i % 3800 === 0) {
      a %= 65521;
      b %= 65521;
    }
  }
  return (b % 65521) * 65536 + (a % 65521);
}
