import { z } from 'zod';
import { openAudioMnist } from './audioMnist.ts';
import { type Corpus, makeCorpus } from './corpus.ts';
import { openCsv } from './csv.ts';
import { scanFolder } from './folder.ts';
import { openFsdd } from './fsdd.ts';
import { openPictures } from './pictures.ts';
import { openSynth } from './synth.ts';

const folder = z.string().min(1);

const synth = z.strictObject({
  name: z.literal('synth'),
  speakers: z.int().min(2).max(100_000).default(12),
  takes: z.int().min(1).max(1000).default(10),
  sampleRate: z.int().min(4000).max(192_000).default(8000),
  seed: z.int().min(0).max(1_000_000).default(0),
});

/** Which corpus, with everything that decides what is in it. */
export const corpusConfig = z.discriminatedUnion('name', [
  synth,
  z.strictObject({ name: z.literal('fsdd'), folder: folder.default('data/fsdd') }),
  z.strictObject({ name: z.literal('audiomnist'), folder: folder.default('data/audiomnist') }),
  z.strictObject({ name: z.literal('pictures'), folder }),
  z.strictObject({
    name: z.literal('folder'),
    folder,
    pattern: z.string().default('{digit}_{speaker}_{take}.wav'),
  }),
  z.strictObject({ name: z.literal('csv'), file: z.string().min(1) }),
]);

export type CorpusConfig = z.infer<typeof corpusConfig>;
export type CorpusName = CorpusConfig['name'];

/** One line each, for people who wonder what there is. */
export const corpora: Readonly<Record<CorpusName, string>> = {
  synth: 'digits by the built-in voice, any number of invented speakers; nothing to download',
  fsdd: 'Free Spoken Digit Dataset: 6 speakers, 3,000 clips, 8 kHz (fetch fsdd)',
  audiomnist: 'AudioMNIST: 60 speakers, 30,000 clips, 48 kHz (fetch audiomnist)',
  pictures: 'folders of spectrograms as PNG',
  folder: 'any folder of WAV files, digit and speaker from their names',
  csv: 'WAV files listed in a table of path, label and speaker',
};

export function openCorpus(config: CorpusConfig): Corpus {
  switch (config.name) {
    case 'synth':
      return openSynth(config);
    case 'fsdd':
      return openFsdd(config.folder);
    case 'audiomnist':
      return openAudioMnist(config.folder);
    case 'pictures':
      return openPictures(config.folder);
    case 'folder':
      return openFolder(config.folder, config.pattern);
    case 'csv':
      return openCsv(config.file);
  }
}

/** Any folder of WAV files whose names say the digit. */
export function openFolder(folder: string, pattern: string): Corpus {
  return makeCorpus({ name: 'folder', licence: 'as its owner says', home: folder }, () =>
    scanFolder({
      corpus: 'folder',
      folder,
      pattern,
      extension: '.wav',
      source: (path) => ({ kind: 'wav', path }),
    }),
  );
}
