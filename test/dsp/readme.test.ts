import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as dsp from '../../packages/dsp/src/index.ts';

const readme = readFileSync(new URL('../../packages/dsp/README.md', import.meta.url), 'utf8');
const exported = new Set(Object.keys(dsp));

/** Rows of the table under a heading, as cells. */
function tableUnder(heading: string): string[][] {
  const section = readme.split(`## ${heading}`)[1].split('\n## ')[0];
  return section
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[-|]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test('every function in the table of what there is can be imported', () => {
  const names = tableUnder('What there is').flatMap((cells) =>
    [...cells.join(' ').matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name) => !exported.has(name))).toEqual([]);
});

test('every function of the transforms, of mel and of WAV files is in the table', () => {
  const core = [
    'fft',
    'ifft',
    'rfft',
    'irfft',
    'stft',
    'istft',
    'spectrogram',
    'frame',
    'makeWindow',
    'padSignal',
    'dct',
    'idct',
  ];
  const mel = [
    'melSpectrogram',
    'logMel',
    'mfcc',
    'delta',
    'melFilterbank',
    'inverseMel',
    'hzToMel',
    'melToHz',
    'powerToDb',
  ];
  const others = ['griffinLim', 'melToAudio', 'decodeWav', 'encodeWav', 'mixToMono', 'wavChunks', 'WavError'];
  const text = tableUnder('What there is').flat().join(' ');
  for (const name of [...core, ...mel, ...others]) expect(text).toContain(`\`${name}\``);
});

test('the first lines run as they stand', () => {
  const code = /```ts\n([\s\S]*?)```/.exec(readme)![1];
  const body = code
    .replace(/import \{([^}]*)\} from '@sonograd\/dsp';/, '')
    .replace(/^powerToDb\(mel\);.*$/m, 'return powerToDb(mel);');
  const tone = Float32Array.from({ length: 4000 }, (_, i) => Math.sin(0.2 * i));
  const bytes = dsp.encodeWav({ sampleRate: 8000, channels: [tone] });
  const run = new Function('decodeWav', 'melSpectrogram', 'powerToDb', 'bytes', body);
  const db: dsp.Spectrogram = run(dsp.decodeWav, dsp.melSpectrogram, dsp.powerToDb, bytes);
  expect([db.bins, db.frames]).toEqual([64, 1 + Math.floor(4000 / 128)]);
  expect(db.data).toHaveLength(64 * db.frames);
  expect(db.data.every(Number.isFinite)).toBe(true);
});

describe('the table of presets is what the presets are', () => {
  const rows = tableUnder('What agrees, and how closely');
  const presets = rows.slice(rows.findIndex((cells) => cells[1] === '`librosa`'));
  const cell = (row: string, column: number) => presets.find(([name]) => name.startsWith(row))![column];

  test.each([
    ['librosa', 1],
    ['torchaudio', 2],
    ['whisper', 3],
  ] as const)('%s', (preset, column) => {
    const clip = Float32Array.from({ length: 6000 }, (_, i) => Math.sin(0.1 * i));
    const bank = dsp.melFilterbank({ preset, sampleRate: 16_000 });
    const [nFft, hopLength, nMels] = cell('`nFft`', column).split(', ').map(Number);
    expect([bank.bins, bank.mels]).toEqual([nFft / 2 + 1, nMels]);
    expect(dsp.melSpectrogram(clip, { preset, sampleRate: 16_000 }).frames).toBe(
      1 + Math.floor(6000 / hopLength),
    );
    expect(dsp.mfcc(clip, { preset, sampleRate: 16_000 }).bins).toBe(Number(cell('`nMfcc`', column)));
    const [scale, norm] = cell('mel scale', column).split(', ');
    const said = { scale: scale as dsp.MelScale, norm: norm === 'none' ? null : ('slaney' as const) };
    expect(dsp.melFilterbank({ preset: 'librosa', sampleRate: 16_000, nFft, nMels, ...said })).toEqual(bank);
    const padMode = cell('beyond the ends', column) === 'zeros' ? 'constant' : 'reflect';
    const plain = dsp.melSpectrogram(clip, { preset, sampleRate: 16_000 });
    expect(dsp.melSpectrogram(clip, { preset, sampleRate: 16_000, padMode })).toEqual(plain);
  });
});

test('the error it quotes is the error that is thrown', () => {
  const [, message] = /`(melFilterbank: highHz[^`]*)`/.exec(readme)!;
  expect(() => dsp.melFilterbank({ preset: 'librosa', sampleRate: 16_000, highHz: 9000 })).toThrow(message);
});

test('it speaks of no file that is not there', () => {
  for (const [, path] of readme.matchAll(/`((?:examples|test|bench)\/[\w./]+)`/g)) {
    const base = path.startsWith('examples') ? '../../packages/dsp/' : '../../';
    expect(() =>
      readFileSync(
        new URL(`${base}${path.replace(/golden\/dsp$/, 'golden/dsp/core.json')}`, import.meta.url),
      ),
    ).not.toThrow();
  }
});
