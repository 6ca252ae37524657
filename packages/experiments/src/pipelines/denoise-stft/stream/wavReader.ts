import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type DecodedWav, decodeWav } from '@sonograd/dsp';
import { explainSystemError, firstLine, InputError } from '../../../inputError.ts';

/** No format needs more of its chunk; a length that lies ends here. */
const mostFormatBytes = 40;

interface Place {
  readonly offset: number;
  readonly bytes: number;
}

/** A WAV file that is read piece by piece: of the samples no more is in memory than was asked for. */
export class WavReader {
  readonly sampleRate: number;
  readonly channels: number;
  readonly sampleFormat: DecodedWav['sampleFormat'];
  /** Samples in each channel. */
  readonly length: number;
  /** The file up to its samples, without what decoding does not need. */
  private readonly head: Uint8Array;
  private readonly data: Place;
  private readonly frameBytes: number;
  private readonly file: number;
  private at = 0;

  constructor(private readonly path: string) {
    this.file = this.attempt(() => openSync(path, 'r'));
    try {
      const { head, data } = this.findData(this.attempt(() => fstatSync(this.file).size));
      this.head = head;
      this.data = data;
      const { sampleRate, sampleFormat, channels } = this.decode(new Uint8Array(0));
      this.sampleRate = sampleRate;
      this.sampleFormat = sampleFormat;
      this.channels = channels.length;
      this.frameBytes = this.channels * sampleBytes[sampleFormat];
      this.length = Math.floor(data.bytes / this.frameBytes);
    } catch (error) {
      this.close();
      throw error;
    }
    if (this.length === 0) {
      this.close();
      throw new InputError(`denoise: there is no sound in the file, ${path}`);
    }
  }

  /** The next samples of every channel; fewer than `count` at the end, none behind it. */
  read(count: number): Float32Array[] {
    const frames = Math.min(count, this.length - this.at);
    const bytes = this.bytesAt(this.data.offset + this.at * this.frameBytes, frames * this.frameBytes);
    this.at += frames;
    return this.decode(bytes).channels;
  }

  /** Back to the first sample. */
  rewind(): void {
    this.at = 0;
  }

  close(): void {
    closeSync(this.file);
  }

  /** Walks through the chunks without reading them. */
  private findData(size: number): { head: Uint8Array; data: Place } {
    const pieces = [this.bytesAt(0, Math.min(12, size))];
    if (!/^RIFF.{4}WAVE$/s.test(lettersOf(pieces[0]!))) this.refuse(pieces[0]!);
    for (let at = 12; at + 8 <= size; ) {
      const chunk = this.bytesAt(at, 8);
      const length = new DataView(chunk.buffer).getUint32(4, true);
      const left = size - at - 8;
      const id = lettersOf(chunk.subarray(0, 4));
      if (id === 'data' && length > left) {
        throw new InputError(
          `denoise: the file is cut off, ${left} of ${length} bytes of sound, ${this.path}`,
        );
      }
      if (id === 'data') return { head: joined(pieces), data: { offset: at + 8, bytes: length } };
      if (id === 'fmt ') {
        const kept = Math.min(length, left, mostFormatBytes);
        pieces.push(chunkOf(id, this.bytesAt(at + 8, kept)));
      }
      at += 8 + length + (length % 2);
    }
    return this.refuse(joined(pieces));
  }

  /** What the decoder says of a file that it cannot decode. */
  private refuse(bytes: Uint8Array): never {
    this.attempt(() => decodeWav(bytes));
    throw new InputError(`denoise: this is no WAV file, ${this.path}`);
  }

  private decode(samples: Uint8Array): DecodedWav {
    return this.attempt(() => decodeWav(joined([this.head, chunkOf('data', samples)])));
  }

  private bytesAt(offset: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let done = 0; done < count; ) {
      const got = this.attempt(() => readSync(this.file, bytes, done, count - done, offset + done));
      if (got === 0) throw new InputError(`denoise: the file became shorter while it was read, ${this.path}`);
      done += got;
    }
    return bytes;
  }

  private attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      const explained = explainSystemError('denoise', this.path, error);
      if (explained instanceof InputError) throw explained;
      throw new InputError(`denoise: ${firstLine(error)}, ${this.path}`, { cause: error });
    }
  }
}

const sampleBytes: Readonly<Record<DecodedWav['sampleFormat'], number>> = {
  ...{ uint8: 1, int16: 2, int24: 3, int32: 4, float32: 4, float64: 8 },
};

const lettersOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** A chunk of a RIFF file, with the byte that makes its length even. */
function chunkOf(id: string, content: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(8 + content.length + (content.length % 2));
  for (let i = 0; i < 4; i++) chunk[i] = id.charCodeAt(i);
  new DataView(chunk.buffer).setUint32(4, content.length, true);
  chunk.set(content, 8);
  return chunk;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
