import { FileFormatError } from './arrays.ts';

/**
 * safetensors headers are JSON, npy headers a Python literal. Of both, files need only maps, lists of counts
 * and strings; reading just these, byte by byte, says where a header is wrong and sees names that come twice,
 * which `JSON.parse` would hide.
 */
export type Dialect = 'json' | 'python';

export class HeaderReader {
  readonly format: string;
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly dialect: Dialect;
  at: number;

  constructor(format: string, dialect: Dialect, bytes: Uint8Array, start: number, end: number) {
    this.format = format;
    this.dialect = dialect;
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  error(rule: string, at = this.at): FileFormatError {
    return new FileFormatError(this.format, rule, at);
  }

  /** Takes one character if it is next, after white space. */
  take(character: string): boolean {
    this.skipSpace();
    if (this.at >= this.end || this.bytes[this.at] !== character.charCodeAt(0)) return false;
    this.at++;
    return true;
  }

  expect(character: string): void {
    if (!this.take(character)) throw this.error(`header should have "${character}" here`);
  }

  /** Takes a word of letters such as True or False. */
  word(): string {
    this.skipSpace();
    const start = this.at;
    while (this.at < this.end && /[A-Za-z]/.test(String.fromCharCode(this.bytes[this.at]))) this.at++;
    return String.fromCharCode(...this.bytes.subarray(start, Math.min(this.at, start + 16)));
  }

  /** The members of a map; `visit` reads each value. */
  members(visit: (name: string, at: number) => void): void {
    const seen = new Set<string>();
    this.items('{', '}', () => {
      this.skipSpace();
      const at = this.at;
      const name = this.string();
      if (seen.has(name)) throw this.error(`"${name}" comes twice`, at);
      seen.add(name);
      this.expect(':');
      visit(name, at);
    });
  }

  /** A list of integers that are at least 0. */
  counts(open: string, close: string): number[] {
    const values: number[] = [];
    this.items(open, close, () => values.push(this.count()));
    return values;
  }

  string(): string {
    this.skipSpace();
    const start = this.at;
    const quote = this.bytes[start];
    if (!(quote === 0x22 || (quote === 0x27 && this.dialect === 'python')) || start >= this.end) {
      throw this.error('header should have a string here');
    }
    const escapes = this.dialect === 'json';
    do {
      this.at += escapes && this.bytes[this.at] === 0x5c ? 2 : 1;
      if (this.at >= this.end) throw this.error('string does not end', start);
    } while (this.bytes[this.at] !== quote);
    this.at++;
    return this.decodeString(start);
  }

  /** Nothing but white space may follow the header's value. */
  expectEnd(): void {
    this.skipSpace();
    if (this.at < this.end) throw this.error('header goes on after its end');
  }

  private decodeString(start: number): string {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(this.bytes.slice(start, this.at));
      return this.dialect === 'json' ? JSON.parse(text) : text.slice(1, -1);
    } catch (cause) {
      throw this.error(`string is damaged: ${cause instanceof Error ? cause.message : cause}`, start);
    }
  }

  private count(): number {
    this.skipSpace();
    const start = this.at;
    let value = 0;
    while (this.at < this.end && this.bytes[this.at] >= 0x30 && this.bytes[this.at] <= 0x39) {
      value = value * 10 + (this.bytes[this.at++] - 0x30);
      if (!Number.isSafeInteger(value)) throw this.error('integer is too large', start);
    }
    if (this.at === start) throw this.error('header should have an integer of at least 0 here');
    if (this.at - start > 1 && this.bytes[start] === 0x30)
      throw this.error('integer starts with a zero', start);
    return value;
  }

  /** Python allows a comma after the last item, JSON does not. */
  private items(open: string, close: string, visit: () => void): void {
    this.expect(open);
    if (this.take(close)) return;
    for (;;) {
      visit();
      if (this.take(close)) return;
      this.expect(',');
      if (this.dialect === 'python' && this.take(close)) return;
    }
  }

  private skipSpace(): void {
    while (this.at < this.end && isSpace(this.bytes[this.at])) this.at++;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
