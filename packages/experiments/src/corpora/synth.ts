import { inventSpeaker } from '@sonograd/dsp/voice';
import { type Corpus, type CorpusItem, makeCorpus, type Part } from './corpus.ts';

export interface SynthOptions {
  /** How many invented people speak. */
  readonly speakers: number;
  /** How often each says each digit. */
  readonly takes: number;
  readonly sampleRate: number;
  /** Another seed, other people. */
  readonly seed: number;
}

/** Seeds of different crowds lie this far apart, so that no two share a speaker. */
const crowdSize = 100_000;

/**
 * Digits by the built-in voice: nothing to download, made when they are read. The last fifth of the speakers, one at
 * the least, is the official test.
 */
export function openSynth({ speakers, takes, sampleRate, seed }: SynthOptions): Corpus {
  const firstTester = speakers - Math.max(1, Math.floor(speakers / 5));
  return makeCorpus({ name: 'synth', licence: 'MIT', home: 'made here, by @sonograd/dsp/voice' }, () =>
    Array.from({ length: speakers }, (_, index) => {
      const speakerSeed = seed * crowdSize + index;
      const { pitchHz, tractScale } = inventSpeaker(speakerSeed);
      const facts = { gender: genderOf(tractScale), pitchHz: Math.round(pitchHz) };
      const speaker = `voice${String(index).padStart(3, '0')}`;
      const part: Part = index < firstTester ? 'train' : 'test';
      return Array.from({ length: 10 * takes }, (_, n): CorpusItem => {
        const digit = n % 10;
        const take = Math.floor(n / 10);
        const source = { kind: 'voice', speakerSeed, digit, take, sampleRate } as const;
        return { id: `${digit}_${speaker}_${take}`, digit, speaker, take, facts, source, part };
      });
    }).flat(),
  );
}

const genderOf = (tractScale: number): string =>
  tractScale < 1.08 ? 'male' : tractScale < 1.2 ? 'female' : 'child';
