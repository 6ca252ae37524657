/** A growing run of bytes, with the number formats of WebAssembly. Start-up passes through here: no arrays. */
export class ByteWriter {
  length = 0;
  private bytes: Uint8Array<ArrayBuffer>;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
  }

  /** What was written, as a copy. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  replace(at: number, value: number): void {
    this.bytes[at] = value;
  }

  /** LEB128: seven bits a byte, lowest first, the top bit says that more follow (WebAssembly 2.0, §5.2.2). */
  unsigned(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Of 32 bits. Bit 6 of the last byte is the sign of all that would follow. */
  signed(value: number): void {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  /** Of 64 bits. */
  signedBig(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest & 0x7fn));
  }

  f32(value: number): void {
    this.reserve(4);
    new DataView(this.bytes.buffer).setFloat32(this.length, value, true);
    this.length += 4;
  }

  f64(value: number): void {
    this.reserve(8);
    new DataView(this.bytes.buffer).setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** One byte, or a prefix and a number: see instructions.ts. */
  opcode(value: number): void {
    if (value > 0xff) {
      this.byte(value >> 16);
      this.unsigned(value & 0xffff);
    } else this.byte(value);
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Length first. */
  sized(content: ByteWriter): void {
    this.unsigned(content.length);
    this.append(content.bytes.subarray(0, content.length));
  }

  /** Names are ASCII; an AudioWorklet has no TextEncoder. */
  text(value: string): void {
    const bytes = Array.from(value, (letter) => letter.charCodeAt(0));
    if (bytes.some((byte) => byte > 127)) throw new RangeError(`module: names must be ASCII, got '${value}'`);
    this.unsigned(bytes.length);
    this.append(Uint8Array.from(bytes));
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.length + more));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
