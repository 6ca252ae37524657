import { statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { InputError } from '../../../inputError.ts';
import type { DenoisedFile, DenoiseJob } from '../../pipeline.ts';
import { type DenoiseConfig, framesOf } from '../config.ts';
import type { Denoiser } from '../model.ts';
import { DenoiseStream } from './denoiseStream.ts';
import { ResampleStream } from './resampleStream.ts';
import { WavReader } from './wavReader.ts';
import { formatFor, WavWriter } from './wavWriter.ts';

/** Samples of each channel that are in memory at once. */
const piece = 2 ** 15;

/**
 * A WAV file of any length, rate and number of channels, read twice: for the level of each channel, then for its
 * answer. The model works at its own rate; the answer has the rate, the length and the channels of the question.
 */
export async function denoiseFile(
  model: Denoiser,
  { stft }: Pick<DenoiseConfig, 'stft'>,
  { input, output, ...watch }: DenoiseJob,
): Promise<DenoisedFile> {
  requireTwoFiles(input, output);
  const reader = new WavReader(input);
  try {
    const { sampleRate, channels, length } = reader;
    const sampleFormat = formatFor(reader.sampleFormat);
    // Opened first: whoever may not write there hears of it before the work begins.
    const writer = new WavWriter(output, { sampleRate, channels, length, sampleFormat });
    try {
      const levels = await levelsOf(reader, stft.sampleRate, watch);
      const stream = new DenoiseStream(model, { frames: framesOf(stft), levels });
      await pump(reader, writer, stream, stft.sampleRate, watch);
      writer.finish();
    } finally {
      writer.abandon();
    }
    return { seconds: length / sampleRate, channels, sampleRate, modelRate: stft.sampleRate };
  } finally {
    reader.close();
  }
}

type Watch = Pick<DenoiseJob, 'signal' | 'onProgress'>;

function requireTwoFiles(input: string, output: string): void {
  const [from, to] = [input, output].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (to?.isDirectory() === true) throw new InputError(`denoise: it is a folder, not a file, ${output}`);
  if (from === undefined || to === undefined) return;
  if (from.ino === to.ino && from.dev === to.dev)
    throw new InputError(`denoise: give another file for the answer than for the question, ${output}`);
}

/** The root mean square of each channel at the model's rate; 1 for silence. */
async function levelsOf(reader: WavReader, modelRate: number, watch: Watch): Promise<number[]> {
  const sums = new Float64Array(reader.channels);
  const add = (channels: readonly Float32Array[]) =>
    channels.forEach((samples, channel) => {
      for (const sample of samples) sums[channel]! += sample * sample;
    });
  const toModel = lanesOf(reader.channels, reader.sampleRate, modelRate);
  for await (const channels of piecesOf(reader, watch, 0)) add(toModel.push(channels));
  add(toModel.end());
  const count = Math.ceil((reader.length * modelRate) / reader.sampleRate);
  return Array.from(sums, (sum) => (sum > 0 ? Math.sqrt(sum / count) : 1));
}

/** From the file through the model into the other file. */
async function pump(
  reader: WavReader,
  writer: WavWriter,
  stream: DenoiseStream,
  modelRate: number,
  watch: Watch,
): Promise<void> {
  const toModel = lanesOf(reader.channels, reader.sampleRate, modelRate);
  const back = lanesOf(reader.channels, modelRate, reader.sampleRate);
  let left = reader.length;
  // Both ways round up: there may be a sample more than there was.
  const write = (channels: readonly Float32Array[]) => {
    const kept = channels.map((samples) => samples.subarray(0, left));
    left -= kept[0]!.length;
    writer.write(kept);
  };
  reader.rewind();
  for await (const channels of piecesOf(reader, watch, 1))
    write(back.push(stream.push(toModel.push(channels))));
  write(back.push(stream.push(toModel.end())));
  write(back.push(stream.end()));
  write(back.end());
}

/** All of a file in pieces; both passes together are the whole of the work. */
async function* piecesOf(reader: WavReader, { signal, onProgress }: Watch, pass: 0 | 1) {
  // The first pass computes next to nothing.
  const [before, share] = pass === 0 ? [0, 0.1] : [0.1, 0.9];
  for (let done = 0; done < reader.length; done += piece) {
    signal.throwIfAborted();
    yield reader.read(piece);
    onProgress?.(before + share * Math.min(1, (done + piece) / reader.length), 1);
    await setImmediate();
  }
}

/** One resampler for each channel. */
function lanesOf(channels: number, sourceRate: number, targetRate: number) {
  const lanes = Array.from({ length: channels }, () => new ResampleStream(sourceRate, targetRate));
  return {
    push: (pieces: readonly Float32Array[]) => lanes.map((lane, channel) => lane.push(pieces[channel]!)),
    end: () => lanes.map((lane) => lane.end()),
  };
}
