import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { explainSystemError, firstLine, InputError } from '../inputError.ts';
import { type Corpus, makeCorpus, type SpeakerFacts } from './corpus.ts';
import { scanFolder } from './folder.ts';

/** The first of the five folds of Becker et al. (arXiv 1807.03418); all speakers not named here are for training. */
const validationSpeakers = [12, 47, 59, 15, 27, 41, 4, 11, 21, 31, 44, 50];
const testSpeakers = [26, 52, 60, 18, 32, 42, 5, 13, 22, 33, 45, 51];

/** AudioMNIST: 60 speakers, 50 takes of each digit, 48 kHz, with what each speaker told about themselves. */
export function openAudioMnist(folder: string): Corpus {
  const inner = join(folder, 'data');
  const data = existsSync(inner) ? inner : folder;
  return makeCorpus(
    { name: 'audiomnist', licence: 'MIT', home: 'https://github.com/soerenab/AudioMNIST' },
    () => {
      const facts = readFacts(join(data, 'audioMNIST_meta.txt'));
      return scanFolder({
        corpus: 'audiomnist',
        folder: data,
        pattern: '{speaker}/{digit}_{speaker}_{take}.wav',
        extension: '.wav',
        source: (path) => ({ kind: 'wav', path }),
        facts: (speaker) => facts.get(speaker),
        part: ({ speaker }) => partOf(Number(speaker)),
      });
    },
  );
}

function partOf(speaker: number) {
  if (testSpeakers.includes(speaker)) return 'test';
  return validationSpeakers.includes(speaker) ? 'validation' : 'train';
}

const text = z.string().optional();
const metadata = z.record(
  z.string(),
  z.looseObject({
    gender: text,
    age: z.union([z.string(), z.number()]).optional(),
    accent: text,
    'native speaker': text,
    origin: text,
    recordingroom: text,
    recordingdate: text,
  }),
);

/** The metadata, where it is there: the sounds are of use without it. */
function readFacts(path: string): Map<string, SpeakerFacts> {
  if (!existsSync(path)) return new Map();
  const entries = Object.entries(parseMetadata(path));
  return new Map(
    entries.map(([speaker, raw]) => {
      const age = Number(raw.age);
      const native = raw['native speaker'];
      const known = {
        gender: raw.gender,
        // One speaker gave 1234.
        age: age > 0 && age < 120 ? age : undefined,
        accent: raw.accent,
        nativeSpeaker: native === undefined ? undefined : native === 'yes',
        origin: raw.origin,
        room: raw.recordingroom,
        recorded: raw.recordingdate,
      };
      return [speaker, withoutUndefined(known)];
    }),
  );
}

function parseMetadata(path: string): z.infer<typeof metadata> {
  try {
    return metadata.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const rule = error instanceof z.ZodError ? z.prettifyError(error) : firstLine(error);
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      const line = rule.split('\n', 1)[0];
      throw new InputError(`audiomnist: the metadata is damaged (${line}), ${path}`, { cause: error });
    }
    throw explainSystemError('audiomnist', path, error);
  }
}

type Known<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(fields: T): Known<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Known<T>;
}
