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
  const blockSize = 65535;
  const blocks = Math.max(1, Math.ceil(bytes.length / blockSize));
  const out = new Uint8Array(2 + blocks * 5 + bytes.length + 4);
  const view = new DataView(out.buffer);
  out.set([0x78, 0x01]);
  let at = 2;
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * blockSize, (block + 1) * blockSize);
    out[at] = block === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length, true);
    out.set(part, at + 5);
    at += 5 + part.length;
  }
  view.setUint32(at, adler32(bytes));
  return out;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function assemble({ width, height }: PngSource, zlib: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  // Eight bits a channel, red-green-blue-alpha.
  header.set([8, 6], 8);
  const parts = [chunk('IHDR', header), chunk('IDAT', zlib), chunk('IEND', new Uint8Array(0))];
  const file = new Uint8Array(parts.reduce((size, part) => size + part.length, signature.length));
  file.set(signature);
  let at = signature.length;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** Length, name, body, and a checksum of name and body. */
function chunk(name: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(body, 8);
  view.setUint32(body.length + 8, crc32(bytes.subarray(4, body.length + 8)));
  return bytes;
}

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
