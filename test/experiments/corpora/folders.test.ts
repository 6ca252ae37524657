import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openAudioMnist } from '../../../packages/experiments/src/corpora/audioMnist.ts';
import { openCsv } from '../../../packages/experiments/src/corpora/csv.ts';
import { openFsdd } from '../../../packages/experiments/src/corpora/fsdd.ts';
import {
  corpora,
  corpusConfig,
  openCorpus,
  openFolder,
} from '../../../packages/experiments/src/corpora/open.ts';
import { readAudio } from '../../../packages/experiments/src/corpora/source.ts';
import { InputError } from '../../../packages/experiments/src/inputError.ts';
import { fsddAvailable, fsddFolder, scratchFolder, toneWav, writeFiles } from '../corporaSupport.ts';

const scratch = scratchFolder();
const wav = toneWav(440);

describe('fsdd', () => {
  const folder = writeFiles(join(scratch, 'fsdd'), {
    'recordings/7_theo_4.wav': wav,
    'recordings/7_theo_5.wav': wav,
    'recordings/7_theo_10.wav': wav,
    'recordings/0_anna_0.wav': wav,
    'recordings/notes.txt': 'x',
    'recordings/._7_theo_4.wav': 'what macOS leaves behind',
    'recordings/README.wav': 'x',
  });

  test('items in order, with what is known of the speaker and the official part', () => {
    const items = openFsdd(folder).items();
    expect(items.map(({ id, part }) => `${id} ${part}`)).toEqual([
      '0_anna_0 test',
      '7_theo_4 test',
      '7_theo_5 train',
      '7_theo_10 train',
    ]);
    expect(items[1]).toMatchObject({ digit: 7, speaker: 'theo', take: 4 });
    expect(items[1]?.facts).toEqual({ gender: 'male', accent: 'US, neutral' });
    expect(items[0]?.facts).toEqual({});
  });

  test('the folder of recordings does as well', () => {
    expect(openFsdd(join(folder, 'recordings')).items()).toHaveLength(4);
  });

  test('the checksum knows names and contents, and not the place', () => {
    const files = { '1_a_0.wav': wav, '2_a_0.wav': wav };
    const sum = (name: string, files: Record<string, Uint8Array>) =>
      openFsdd(writeFiles(join(scratch, name), files)).checksum();
    const first = sum('sum1', files);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(sum('sum2', files)).toBe(first);
    expect(sum('sum3', { ...files, '2_a_0.wav': toneWav(441) })).not.toBe(first);
    expect(sum('sum4', { '1_a_0.wav': wav, '3_a_0.wav': wav })).not.toBe(first);
  });

  test.runIf(fsddAvailable)('the recordings that lie beside: 5 speakers, 250 for the test', () => {
    const items = openFsdd(fsddFolder).items();
    expect(items).toHaveLength(2500);
    expect(new Set(items.map(({ speaker }) => speaker)).size).toBe(5);
    expect(items.filter(({ part }) => part === 'test')).toHaveLength(250);
    const { samples, sampleRate } = readAudio(items[0]!.source);
    expect(sampleRate).toBe(8000);
    expect(samples.length).toBeGreaterThan(1000);
  });
});

describe('audiomnist', () => {
  const metadata = {
    '03': {
      accent: 'German',
      age: '31',
      gender: 'male',
      'native speaker': 'no',
      origin: 'Europe, Germany, Bremen',
      recordingdate: '17-06-30-17-34-51',
      recordingroom: 'Kino',
    },
    '26': { age: 22, gender: 'female', 'native speaker': 'yes' },
    '45': { age: '1234' },
  };
  const files = {
    'data/03/5_03_0.wav': wav,
    'data/03/5_03_11.wav': wav,
    'data/26/5_26_0.wav': wav,
    'data/45/5_45_0.wav': wav,
    'data/12/5_12_0.wav': wav,
    'data/12/5_13_0.wav': wav,
  };

  test('speakers tell of themselves; a file in the wrong folder is none of its', () => {
    const folder = writeFiles(join(scratch, 'am'), {
      ...files,
      'data/audioMNIST_meta.txt': JSON.stringify(metadata),
    });
    const items = openAudioMnist(folder).items();
    expect(items.map(({ speaker, take, part }) => `${speaker} ${take} ${part}`)).toEqual([
      '03 0 train',
      '03 11 train',
      '12 0 validation',
      '26 0 test',
      '45 0 test',
    ]);
    expect(items[0]?.facts).toEqual({
      accent: 'German',
      age: 31,
      gender: 'male',
      nativeSpeaker: false,
      origin: 'Europe, Germany, Bremen',
      room: 'Kino',
      recorded: '17-06-30-17-34-51',
    });
    expect(items[3]?.facts).toEqual({ age: 22, gender: 'female', nativeSpeaker: true });
    // Nobody is 1234 years old.
    expect(items[4]?.facts).toEqual({});
  });

  test('without metadata the sounds are of use', () => {
    const items = openAudioMnist(join(writeFiles(join(scratch, 'am2'), files), 'data')).items();
    expect(items).toHaveLength(5);
    expect(items.every(({ facts }) => Object.keys(facts).length === 0)).toBe(true);
  });

  test.each([
    ['{"03": ', /the metadata is damaged \(.+\), .*audioMNIST_meta.txt$/],
    ['{"03": {"gender": 5}}', /the metadata is damaged \(.+\), .*audioMNIST_meta.txt$/],
  ])('metadata %s is refused in one line', (text, message) => {
    const folder = writeFiles(join(scratch, 'am3'), { ...files, 'data/audioMNIST_meta.txt': text });
    expect(() => openAudioMnist(folder).items()).toThrow(message);
  });
});

describe('any folder', () => {
  test('takes are counted where names do not tell', () => {
    const folder = writeFiles(join(scratch, 'any'), {
      'four/b.wav': wav,
      'four/a.wav': wav,
      'top.wav': wav,
      '9/x.wav': wav,
    });
    const items = openFolder(folder, '{digit}/{*}.wav').items();
    expect(items.map(({ id, digit, take }) => [id, digit, take])).toEqual([
      ['four/a', 4, 0],
      ['four/b', 4, 1],
      ['9/x', 9, 0],
    ]);
    expect(items[0]).toMatchObject({ speaker: 'unknown', part: undefined });
  });

  const bad: [what: string, files: Record<string, string> | undefined, pattern: string, message: RegExp][] = [
    ['no folder', undefined, '{digit}.wav', /^folder: the folder does not exist, .*nowhere0$/],
    [
      'an empty folder',
      { 'a.txt': '' },
      '{digit}.wav',
      /^folder: there is no \.wav file in the folder, .*nowhere1$/,
    ],
    [
      'other names',
      { 'a/12.wav': '' },
      '{digit}.wav',
      /^folder: no file is named \{digit\}\.wav, 1 in .*, as a\/12\.wav$/,
    ],
    [
      'other labels',
      { 'yes_1.wav': '' },
      '{digit}_{take}.wav',
      /^folder: \{digit\} must be .*, yes in yes_1\.wav$/,
    ],
  ];
  test.each(bad.map(([what, files, pattern, message], index) => ({ what, files, pattern, message, index })))(
    '$what: one line that says so',
    ({ files, pattern, message, index }) => {
      const folder = join(scratch, `nowhere${index}`);
      if (files !== undefined) writeFiles(folder, files);
      const list = () => openFolder(folder, pattern).items();
      expect(list).toThrow(InputError);
      expect(list).toThrow(message);
    },
  );

  test('a file in the place of a folder', () => {
    writeFiles(scratch, { 'file.wav': wav });
    expect(() => openFolder(join(scratch, 'file.wav'), '{digit}.wav').items()).toThrow(
      /^folder: this is a file, not a folder/,
    );
  });

  test('a folder that is missing says where to get it', () => {
    expect(() => openFsdd('nowhere').items()).toThrow('nowhere (get it: sonograd fetch fsdd)');
  });

  test.skipIf(process.getuid?.() === 0)('a folder that may not be read', () => {
    const folder = writeFiles(join(scratch, 'locked'), { '1.wav': wav });
    chmodSync(folder, 0);
    expect(() => openFolder(folder, '{digit}.wav').items()).toThrow(/permission denied/);
    chmodSync(folder, 0o700);
  });
});

describe('csv', () => {
  const open = (text: string) => openCsv(join(writeFiles(scratch, { 't.csv': text, 'a.wav': wav }), 't.csv'));

  test('paths from the table’s folder, columns in any order', () => {
    const items = open('speaker,Label,PATH,part\nmary,seven,a.wav,test\n,2,/x/b.wav,\n').items();
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({ digit: 2, speaker: 'unknown', take: 1, part: undefined });
    expect(items[0]?.source).toEqual({ kind: 'wav', path: '/x/b.wav' });
    expect(items[1]).toMatchObject({ digit: 7, speaker: 'mary', take: 0, part: 'test' });
    expect(readAudio(items[1]!.source).samples).toHaveLength(2000);
  });

  test('digit is another word for label, and a byte order mark does no harm', () => {
    expect(open('\uFEFFpath,digit,take\na.wav,3,9').items()[0]).toMatchObject({ digit: 3, take: 9 });
  });

  test.each([
    ['path,speaker\na.wav,m', /^csv: a column named label is missing, path,speaker in .*t\.csv$/],
    ['', /^csv: a column named path is missing/],
    ['path,label\n', /^csv: the table has no rows/],
    ['path,label\na.wav,ten', /^csv: label must be 0 to 9 or zero to nine, 'ten' in row 1 of/],
    ['path,label\n,1', /^csv: the path is empty, row 1 of/],
    ['path,label,take\na.wav,1,x', /^csv: take must be a whole number, x in row 1/],
    ['path,label,part\na.wav,1,exam', /^csv: part must be train, validation, test, exam in row 1/],
  ])('%j is refused', (text, message) => {
    expect(() => open(text).items()).toThrow(message);
  });

  test('a missing table', () => {
    expect(() => openCsv(join(scratch, 'none.csv')).items()).toThrow(/^csv: it does not exist, .*none\.csv$/);
  });
});

describe('readAudio', () => {
  const read = (name: string, content: string | Uint8Array) =>
    readAudio({ kind: 'wav', path: join(writeFiles(scratch, { [name]: content }), name) });

  test('channels become their mean', () => {
    const { samples, sampleRate } = read('stereo.wav', toneWav(300, { channels: 2, sampleRate: 22050 }));
    expect(sampleRate).toBe(22050);
    const mono = read('mono.wav', toneWav(300, { sampleRate: 22050 })).samples;
    expect(samples).toEqual(mono);
  });

  test.each([
    ['junk.wav', 'this is no sound', /^readAudio: decodeWav: .*, .*junk\.wav$/],
    ['cut.wav', wav.slice(0, 100), /^readAudio: decodeWav: .*, .*cut\.wav$/],
    ['silent.wav', toneWav(100, { seconds: 0 }), /^readAudio: there is no sound in the file, .*silent\.wav$/],
  ])('%s: one line that names the file', (name, content, message) => {
    expect(() => read(name, content)).toThrow(InputError);
    expect(() => read(name, content)).toThrow(message);
  });

  test('a file that is gone, a folder, a picture', () => {
    expect(() => readAudio({ kind: 'wav', path: 'gone.wav' })).toThrow('read: it does not exist, gone.wav');
    expect(() => readAudio({ kind: 'wav', path: scratch })).toThrow('it is a folder, not a file');
    expect(() => readAudio({ kind: 'picture', path: 'a.png' })).toThrow('a picture has no sound, a.png');
  });
});

describe('openCorpus', () => {
  test('every kind has a line of its own and opens what its config names', () => {
    const configs = {
      synth: {},
      fsdd: {},
      audiomnist: {},
      pictures: { folder: 'p' },
      folder: { folder: 'f' },
      csv: { file: 'c.csv' },
    };
    expect(Object.keys(corpora).sort()).toEqual(Object.keys(configs).sort());
    for (const [name, rest] of Object.entries(configs)) {
      const config = corpusConfig.parse({ name, ...rest });
      expect(openCorpus(config).name).toBe(name);
      expect(JSON.parse(JSON.stringify(config))).toEqual(config);
    }
  });

  test.each([
    [{ name: 'timit' }],
    [{ name: 'synth', speakers: 1 }],
    [{ name: 'synth', speaker: 12 }],
    [{ name: 'synth', sampleRate: 100 }],
    [{ name: 'pictures' }],
  ])('refuses %j', (config) => {
    expect(corpusConfig.safeParse(config).success).toBe(false);
  });
});
