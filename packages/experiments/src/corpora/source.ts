import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeWav, mixToMono } from '@sonograd/dsp';
import { inventSpeaker, type Speaker, speakDigit } from '@sonograd/dsp/voice';
import { explainSystemError, firstLine, InputError } from '../inputError.ts';

/** Where a sound is, as plain data: it can be stored, compared, and sent to another thread. */
export type AudioSource = WavSource | VoiceSource;
export type Source = AudioSource | PictureSource;

export interface WavSource {
  readonly kind: 'wav';
  readonly path: string;
}

/** Speech that the built-in voice makes when it is asked. */
export interface VoiceSource {
  readonly kind: 'voice';
  readonly speakerSeed: number;
  readonly digit: number;
  readonly take: number;
  readonly sampleRate: number;
}

export interface PictureSource {
  readonly kind: 'picture';
  readonly path: string;
}

/** One channel of sound. */
export interface Audio {
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

/**
 * Reads or makes the sound; several channels become their mean. Clips are small, and waiting for each would take
 * longer than reading it: whoever reads many does so in threads.
 */
export function readAudio(source: Source): Audio {
  if (source.kind === 'voice') return speak(source);
  if (source.kind === 'wav') return decodeAudio(readBytes(source.path), source.path);
  throw new InputError(`readAudio: a picture has no sound, ${source.path}`);
}

/** The bytes of a file as sound, or an error that names the file. */
export function decodeAudio(bytes: Uint8Array, path: string): Audio {
  let channels: Float32Array[];
  let sampleRate: number;
  try {
    ({ channels, sampleRate } = decodeWav(bytes));
  } catch (error) {
    throw new InputError(`readAudio: ${firstLine(error)}, ${path}`, { cause: error });
  }
  const samples = mixToMono(channels);
  if (samples.length === 0) throw new InputError(`readAudio: there is no sound in the file, ${path}`);
  return { samples, sampleRate };
}

export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw explainSystemError('read', path, error);
  }
}

/**
 * Says what is in a source, not where it lies: SHA-256 of the file, or of the order to the voice. A file that cannot
 * be read has no digest but its failure, so that it is not mistaken for itself once it is mended.
 */
export function digestOf(source: Source): string {
  if (source.kind === 'voice') return JSON.stringify([source, voiceFingerprint()]);
  try {
    return createHash('sha256').update(readFileSync(source.path)).digest('hex');
  } catch (error) {
    return firstLine(error);
  }
}

const speakers = new Map<number, Speaker>();

function speak({ speakerSeed, digit, take, sampleRate }: VoiceSource): Audio {
  const speaker = speakers.get(speakerSeed) ?? inventSpeaker(speakerSeed);
  if (speakers.size > 1000) speakers.clear();
  speakers.set(speakerSeed, speaker);
  return { samples: speakDigit(digit, { speaker, take, sampleRate }), sampleRate };
}

let fingerprint: string | undefined;

/** One word of the voice: whatever changes in it, changes this, and what was kept of it counts no longer. */
function voiceFingerprint(): string {
  if (fingerprint === undefined) {
    const { samples } = speak({ kind: 'voice', speakerSeed: 7, digit: 6, take: 0, sampleRate: 4000 });
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    fingerprint = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  }
  return fingerprint;
}
