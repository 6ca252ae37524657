import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Corpus, makeCorpus, type SpeakerFacts } from './corpus.ts';
import { scanFolder } from './folder.ts';

const male = (accent: string): SpeakerFacts => ({ gender: 'male', accent });

/** From the corpus's own metadata. */
const speakers: Record<string, SpeakerFacts> = {
  george: male('Greek'),
  jackson: male('US, neutral'),
  lucas: male('German'),
  nicolas: male('Belgian French'),
  theo: male('US, neutral'),
  yweweler: male('German'),
};

/**
 * The Free Spoken Digit Dataset: six men, 50 takes of each digit, 8 kHz, mono. Officially the first five takes of
 * each are the test.
 */
export function openFsdd(folder: string): Corpus {
  const recordings = join(folder, 'recordings');
  return makeCorpus(
    {
      name: 'fsdd',
      licence: 'CC BY-SA 4.0',
      home: 'https://github.com/Jakobovski/free-spoken-digit-dataset',
    },
    () =>
      scanFolder({
        corpus: 'fsdd',
        folder: existsSync(recordings) ? recordings : folder,
        pattern: '{digit}_{speaker}_{take}.wav',
        extension: '.wav',
        source: (path) => ({ kind: 'wav', path }),
        facts: (speaker) => speakers[speaker],
        part: ({ take }) => (take < 5 ? 'test' : 'train'),
      }),
  );
}
