/** Reads bytes and the variable-length numbers of WebAssembly one after the other. */
export class ByteReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  isDone(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.at++];
  }

  part(length: number): Uint8Array {
    this.at += length;
    return this.since(this.at - length);
  }

  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.at);
  }

  /** LEB128; of a signed number only the length is right. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
}

export function bytesOfUnsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...bytesOfUnsigned(value >>> 7)];
}
