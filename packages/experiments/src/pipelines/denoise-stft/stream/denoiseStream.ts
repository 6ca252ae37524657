import { IstftStream, StftStream } from '@sonograd/dsp';
import { fromArray, keep, noGrad, type Tensor } from '@sonograd/tensor';
import type { Frames } from '../config.ts';
import type { Denoiser } from '../model.ts';

/** Frames that go through the network at once. */
const usualBlock = 256;

export interface DenoiseStreamOptions {
  readonly frames: Frames;
  /** The root mean square of each channel. */
  readonly levels: readonly number[];
  readonly blockFrames?: number;
}

/** One channel on its way: its frames that are still needed, and its sound as far as it is done. */
class Lane {
  readonly real: Float32Array[] = [];
  readonly imaginary: Float32Array[] = [];
  private readonly forward: StftStream;
  private readonly inverse: IstftStream;
  private done: Float32Array[] = [];

  constructor(
    frames: Frames,
    private readonly level: number,
  ) {
    this.forward = new StftStream(frames, (re, im) => {
      this.real.push(re.slice());
      this.imaginary.push(im.slice());
    });
    this.inverse = new IstftStream(frames, (samples) => {
      this.done.push(samples.map((sample) => sample * level));
    });
  }

  push(samples: Float32Array): void {
    this.forward.push(samples.map((sample) => sample / this.level));
  }

  endOfSound(): void {
    this.forward.end();
  }

  /** The next frame's spectrum times its gains goes back to sound. */
  synthesise(place: number, gains: Float32Array): void {
    const [re, im] = [this.real[place]!, this.imaginary[place]!];
    this.inverse.push(
      re.map((value, bin) => value * gains[bin]!),
      im.map((value, bin) => value * gains[bin]!),
    );
  }

  endOfFrames(length: number): void {
    this.inverse.end(length);
  }

  forget(count: number): void {
    this.real.splice(0, count);
    this.imaginary.splice(0, count);
  }

  take(): Float32Array {
    const out = new Float32Array(this.done.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of this.done) {
      out.set(piece, at);
      at += piece.length;
    }
    this.done = [];
    return out;
  }
}

/**
 * A model over a sound that arrives in pieces: what comes out, one after the other, is what the model makes of the
 * whole. Frames are held until those around them that have a say in their gains are there; a recurrent network goes on
 * with what it remembers.
 */
export class DenoiseStream {
  private readonly lanes: readonly Lane[];
  private readonly blockFrames: number;
  /** The frame that comes next, and the first that is still held. */
  private next = 0;
  private first = 0;
  private received = 0;
  private state: Tensor | undefined;

  constructor(
    private readonly model: Denoiser,
    { frames, levels, blockFrames = usualBlock }: DenoiseStreamOptions,
  ) {
    this.lanes = levels.map((level) => new Lane(frames, level));
    this.blockFrames = blockFrames;
  }

  /** Takes the next samples of every channel, and gives those of the answer that are settled. */
  push(channels: readonly Float32Array[]): Float32Array[] {
    this.received += channels[0]?.length ?? 0;
    this.lanes.forEach((lane, index) => {
      lane.push(channels[index]!);
    });
    while (this.next + this.blockFrames + this.model.network.reach <= this.known) {
      this.answer(this.next + this.blockFrames);
    }
    return this.lanes.map((lane) => lane.take());
  }

  /** The rest of the answer. */
  end(): Float32Array[] {
    for (const lane of this.lanes) lane.endOfSound();
    while (this.next < this.known) this.answer(Math.min(this.next + this.blockFrames, this.known));
    for (const lane of this.lanes) lane.endOfFrames(this.received);
    this.state?.dispose();
    this.state = undefined;
    return this.lanes.map((lane) => lane.take());
  }

  /** How many frames there are so far. */
  private get known(): number {
    return this.first + (this.lanes[0]?.real.length ?? 0);
  }

  /** Gains for the frames from `next` up to `until`. */
  private answer(until: number): void {
    const { reach } = this.model.network;
    const [start, stop] = [Math.max(0, this.next - reach), Math.min(this.known, until + reach)];
    const gains = this.gains(start, stop, until);
    const bins = this.lanes[0]!.real[0]!.length;
    const count = until - this.next;
    this.lanes.forEach((lane, channel) => {
      for (let frame = 0; frame < count; frame++) {
        const at = (channel * count + frame) * bins;
        lane.synthesise(this.next + frame - this.first, gains.subarray(at, at + bins));
      }
      lane.forget(Math.max(0, until - reach) - this.first);
    });
    this.next = until;
    this.first = Math.max(0, until - reach);
  }

  private gains(start: number, stop: number, until: number): Float32Array {
    const part = { from: this.next - start, to: until - start, state: this.state };
    const magnitudes = this.magnitudes(start, stop);
    const { gains, state } = noGrad(() => this.model.gains(magnitudes, part));
    this.state?.dispose();
    this.state = state === undefined ? undefined : keep(state);
    const values = gains.data.slice();
    gains.dispose();
    magnitudes.dispose();
    return values;
  }

  /** Magnitudes of some frames, [channels, frames, bins]. */
  private magnitudes(start: number, stop: number): Tensor {
    const bins = this.lanes[0]!.real[0]!.length;
    const values = new Float32Array(this.lanes.length * (stop - start) * bins);
    let at = 0;
    for (const { real, imaginary } of this.lanes) {
      for (let place = start - this.first; place < stop - this.first; place++) {
        const [re, im] = [real[place]!, imaginary[place]!];
        for (let bin = 0; bin < bins; bin++) {
          values[at++] = Math.sqrt(Math.max(re[bin]! ** 2 + im[bin]! ** 2, 1e-14));
        }
      }
    }
    return fromArray(values, [this.lanes.length, stop - start, bins]) as Tensor;
  }
}
