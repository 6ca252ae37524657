import { FileFormatError } from './arrays.ts';

/** DEFLATE (RFC 1951): what numpy.savez_compressed writes. Browsers have no synchronous inflate of their own. */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;

interface Code {
  /** Indexed by the next `bits` bits of the stream: symbol << 4 | length of its code word, 0 for none. */
  table: Uint16Array;
  bits: number;
}

/** Unpacks bytes[start, end), which must give `expected` bytes; memory grows with what comes out, not with a promise. */
export function inflate(bytes: Uint8Array, start: number, end: number, expected: number): Uint8Array {
  return new Inflater(bytes, start, end, expected).run();
}

class Inflater {
  private readonly bytes: Uint8Array;
  private readonly end: number;
  private readonly expected: number;
  private at: number;
  private held = 0;
  private heldBits = 0;
  private out: Uint8Array;
  private length = 0;

  constructor(bytes: Uint8Array, start: number, end: number, expected: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.expected = expected;
    this.out = new Uint8Array(Math.min(expected, 4 * (end - start)));
  }

  run(): Uint8Array {
    for (let last = false; !last; ) {
      last = this.take(1) === 1;
      const kind = this.take(2);
      if (kind === 0) this.copyStored();
      else if (kind === 1) this.expand(fixedLiterals, fixedDistances);
      else if (kind === 2) this.expandDynamic();
      else throw this.error('block of the unknown kind 3');
    }
    if (this.position() !== this.end)
      throw this.error(`${this.end - this.position()} bytes after the last block`);
    if (this.length !== this.expected)
      throw this.error(`${this.length} bytes came out where ${this.expected} are due`);
    return this.out.subarray(0, this.length);
  }

  private copyStored(): void {
    this.held = 0;
    this.at -= this.heldBits >> 3;
    this.heldBits = 0;
    const size = this.take(16);
    if ((size ^ this.take(16)) !== 0xffff) throw this.error('stored block contradicts its length');
    if (size > this.end - this.at) throw this.error('stored block ends early');
    this.reserve(size);
    this.out.set(this.bytes.subarray(this.at, this.at + size), this.length);
    this.at += size;
    this.length += size;
  }

  private expandDynamic(): void {
    const literalCount = this.take(5) + 257;
    const distanceCount = this.take(5) + 1;
    const orderCount = this.take(4) + 4;
    if (literalCount > 286 || distanceCount > 30) throw this.error('block has too many codes');
    const orderLengths = new Uint8Array(19);
    for (let index = 0; index < orderCount; index++) orderLengths[LENGTH_ORDER[index]] = this.take(3);
    const lengths = this.codeLengths(this.code(orderLengths), literalCount + distanceCount);
    if (lengths[END_OF_BLOCK] === 0) throw this.error('block has no code for its end');
    this.expand(this.code(lengths.subarray(0, literalCount)), this.code(lengths.subarray(literalCount)));
  }

  /** Code lengths are themselves coded: 16 repeats the last, 17 and 18 stand for runs of zeros. */
  private codeLengths(code: Code, count: number): Uint8Array {
    const lengths = new Uint8Array(count);
    for (let index = 0; index < count; ) {
      const symbol = this.symbol(code);
      if (symbol < 16) {
        lengths[index++] = symbol;
        continue;
      }
      if (symbol === 16 && index === 0) throw this.error('nothing to repeat');
      const value = symbol === 16 ? lengths[index - 1] : 0;
      const run = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (index + run > count) throw this.error('code lengths run over');
      lengths.fill(value, index, index + run);
      index += run;
    }
    return lengths;
  }

  private expand(literals: Code, distances: Code): void {
    for (;;) {
      const symbol = this.symbol(literals);
      if (symbol === END_OF_BLOCK) return;
      if (symbol < END_OF_BLOCK) {
        this.reserve(1);
        this.out[this.length++] = symbol;
      } else {
        this.copyMatch(symbol - 257, distances);
      }
    }
  }

  /** A match may overlap what it writes, so it is copied byte by byte. */
  private copyMatch(lengthIndex: number, distances: Code): void {
    if (lengthIndex >= LENGTH_BASE.length) throw this.error('match of unknown length');
    const size = LENGTH_BASE[lengthIndex] + this.take(LENGTH_EXTRA[lengthIndex]);
    const step = this.symbol(distances);
    if (step >= 30) throw this.error('match of unknown distance');
    const extra = step < 4 ? 0 : (step >> 1) - 1;
    const distance = 1 + (step < 4 ? step : (2 + (step & 1)) << extra) + this.take(extra);
    if (distance > this.length) throw this.error('match reaches back before the start');
    this.reserve(size);
    for (let from = this.length - distance, stop = from + size; from < stop; from++) {
      this.out[this.length++] = this.out[from];
    }
  }

  private symbol({ table, bits }: Code): number {
    this.hold(bits);
    const entry = table[this.held & ((1 << bits) - 1)];
    if (entry === 0) throw this.error('code word is not in use');
    this.drop(entry & 15);
    return entry >> 4;
  }

  private take(bits: number): number {
    this.hold(bits);
    const value = this.held & ((1 << bits) - 1);
    this.drop(bits);
    return value;
  }

  /** Past the end zeros are held, for a code word may be shorter than the bits its table looks at. */
  private hold(bits: number): void {
    while (this.heldBits < bits) {
      this.held |= (this.at < this.end ? this.bytes[this.at] : 0) << this.heldBits;
      this.at++;
      this.heldBits += 8;
    }
  }

  private drop(bits: number): void {
    this.held >>>= bits;
    this.heldBits -= bits;
    if (this.position() > this.end) throw this.error('compressed data ends early');
  }

  private position(): number {
    return this.at - (this.heldBits >> 3);
  }

  private reserve(size: number): void {
    const needed = this.length + size;
    if (needed > this.expected) throw this.error(`more than the ${this.expected} bytes due come out`);
    if (needed <= this.out.length) return;
    const grown = new Uint8Array(Math.min(this.expected, 2 * needed));
    grown.set(this.out);
    this.out = grown;
  }

  private code(lengths: Uint8Array): Code {
    const code = canonicalCode(lengths);
    if (code === undefined) throw this.error('code lengths do not make a code');
    return code;
  }

  private error(rule: string): FileFormatError {
    return new FileFormatError('deflate', rule, Math.min(this.position(), this.end));
  }
}

/** Code words go to symbols by length, then by number; the stream gives each from its top bit down. */
function canonicalCode(lengths: Uint8Array): Code | undefined {
  const bits = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  const table = new Uint16Array(1 << bits);
  let word = 0;
  for (let length = 1; length <= bits; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      if (word >= 1 << length) return undefined;
      const first = reversed(word, length);
      for (let at = first; at < table.length; at += 1 << length) table[at] = (symbol << 4) | length;
      word++;
    }
    word <<= 1;
  }
  const complete = word === 2 << bits;
  return complete || bits <= 1 ? { table, bits } : undefined;
}

function reversed(word: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((word >> bit) & 1) << (bits - 1 - bit);
  return result;
}

function fixedCode(lengths: Uint8Array): Code {
  const code = canonicalCode(lengths);
  if (code === undefined) throw new Error('inflate: the fixed code of RFC 1951 is incomplete');
  return code;
}

const fixedLengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
const fixedLiterals = fixedCode(fixedLengths);
const fixedDistances = fixedCode(new Uint8Array(32).fill(5));
