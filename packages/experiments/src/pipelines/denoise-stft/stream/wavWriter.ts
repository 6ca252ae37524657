import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type DecodedWav, type EncodeWavOptions, encodeWav } from '@sonograd/dsp';
import { explainSystemError, InputError } from '../../../inputError.ts';

export interface WavOutline {
  readonly sampleRate: number;
  readonly channels: number;
  /** Samples in each channel: the file says in its head how long it will be. */
  readonly length: number;
  readonly sampleFormat: NonNullable<EncodeWavOptions['sampleFormat']>;
}

const headBytes = 44;
const mostBytes = 2 ** 32 - 1;
const sampleBytes = { int16: 2, int24: 3, float32: 4 } as const;

/** What keeps the precision of a file; integers of 32 bits and doubles become floats. */
export function formatFor(format: DecodedWav['sampleFormat']): WavOutline['sampleFormat'] {
  if (format === 'uint8' || format === 'int16') return 'int16';
  return format === 'int24' ? 'int24' : 'float32';
}

/** A WAV file that is written piece by piece, beside its place, and moved there when it is whole. */
export class WavWriter {
  private readonly temporary: string;
  private readonly file: number;
  private open = true;
  private at = headBytes;

  constructor(
    private readonly path: string,
    private readonly outline: WavOutline,
  ) {
    const { channels, sampleFormat, length } = outline;
    const bytes = channels * sampleBytes[sampleFormat] * length;
    if (bytes + headBytes + 1 > mostBytes) {
      throw new InputError(`denoise: a WAV file holds less than 4 GiB, ${bytes} bytes for ${path}`);
    }
    this.temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
    this.file = this.attempt(() => openSync(this.temporary, 'w'));
    const head = this.encode(Array.from({ length: channels }, () => new Float32Array(0)));
    const view = new DataView(head.buffer, head.byteOffset, headBytes);
    view.setUint32(4, headBytes - 8 + bytes + (bytes % 2), true);
    view.setUint32(40, bytes, true);
    this.put(head.subarray(0, headBytes), 0);
  }

  write(channels: readonly Float32Array[]): void {
    const samples = channels.length * channels[0]!.length * sampleBytes[this.outline.sampleFormat];
    this.put(this.encode(channels).subarray(headBytes, headBytes + samples), this.at);
    this.at += samples;
  }

  /** Forces the bytes to the disk and gives the file its name. */
  finish(): void {
    if (this.at % 2 === 1) this.put(new Uint8Array(1), this.at);
    this.attempt(() => {
      fsyncSync(this.file);
      this.close();
      renameSync(this.temporary, this.path);
    });
  }

  /** Leaves nothing half-written behind; a file that was there before stays. Nothing to do once it is finished. */
  abandon(): void {
    this.close();
    rmSync(this.temporary, { force: true });
  }

  private close(): void {
    if (this.open) closeSync(this.file);
    this.open = false;
  }

  private encode(channels: readonly Float32Array[]): Uint8Array {
    const { sampleRate, sampleFormat } = this.outline;
    return encodeWav({ channels: [...channels], sampleRate }, { sampleFormat });
  }

  private put(bytes: Uint8Array, offset: number): void {
    this.attempt(() => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.file, bytes, done, bytes.length - done, offset + done);
      }
    });
  }

  private attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw explainSystemError('denoise', this.path, error);
    }
  }
}
