import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cache, folder, sonograd, type Told, train, writeDigits } from './support.ts';

let digits: string;
let run: string;
beforeAll(async () => {
  digits = writeDigits(folder('digits'));
  run = (await train('embed-average', folder('runs'), '--quick', '--data', digits)).run;
});

/** One line, with a way out, and the code for bad input. */
function expectRefusal({ code, notes }: Told, message: RegExp): void {
  expect(notes.at(-1)).toMatch(message);
  expect(notes.at(-1)).not.toContain('\n');
  expect(code).toBe(2);
}

const trainOn = (data: string, ...args: string[]) =>
  sonograd(
    'train',
    'embed-average',
    '--quick',
    '--data',
    data,
    '--runs',
    folder('refused'),
    ...cache,
    ...args,
  );

describe('train refuses, and leaves no run', () => {
  const broken = () => {
    const path = writeDigits(folder('broken'));
    writeFileSync(join(path, '3_anna_5.wav'), 'RIFF and then nothing');
    return path;
  };

  test.each([
    ['a missing folder', () => trainOn('nowhere'), /^--data: it does not exist, nowhere$/],
    ['an empty folder', () => trainOn(folder('empty')), /there is no \.wav file in the folder, .*empty$/],
    [
      'a file that is no table',
      () => trainOn('package.json'),
      /^--data: give a folder, or a table ending in/,
    ],
    [
      'a damaged file',
      () => trainOn(broken()),
      /^features: damaged, 3_anna_5 \(.*\); leave such out by --set damaged=skip$/,
    ],
    [
      'a misspelt field',
      () => trainOn(digits, '--set', 'training.epoch=3'),
      /^config: there is no field training\.epoch$/,
    ],
    [
      'a wrong value',
      () => trainOn(digits, '--set', 'training.rate=-1'),
      /^config: training\.rate: .*, got -1$/,
    ],
    ['a setting without value', () => trainOn(digits, '--set', 'seed'), /^--set: write path=value/],
    [
      'a split that leaves nothing',
      () => trainOn(digits, '--set', 'split={"kind":"disjoint","testSpeakers":["zoe"]}'),
      /no speaker is called zoe, there are anna, otto/,
    ],
    ['an unknown option', () => trainOn(digits, '--sed', '3'), /unknown option '--sed'/],
    ['half an epoch', () => trainOn(digits, '--epochs', '0.5'), /must be a whole number of at least 1/],
    [
      'a config that is not there',
      () => trainOn(digits, '--config', 'no.json'),
      /^--config: it does not exist, no\.json$/,
    ],
    [
      'a pipeline nobody wrote',
      () => sonograd('train', 'embed-all'),
      /^pipeline: there is none called embed-all, there are embed-average, /,
    ],
    ['a command nobody wrote', () => sonograd('trian'), /unknown command 'trian'/],
  ])('%s', async (_, attempt, message) => {
    expectRefusal(await attempt(), message);
    expect(readdirSync(folder('refused'))).toEqual([]);
  });

  test('a runs folder that cannot be written, before any work is done', async () => {
    const below = join(digits, '0_anna_3.wav', 'runs');
    const told = await sonograd('train', 'embed-average', '--quick', '--runs', below, ...cache);
    expectRefusal(told, /^run: a part of the path is a file, not a folder, /);
  });
});

describe('train takes', () => {
  test('a damaged file among good ones, if told to leave it out', async () => {
    const { code, notes, run } = await train(
      'embed-average',
      folder('skip'),
      '--quick',
      '--data',
      join(digits, '../broken'),
      '--set',
      'damaged=skip',
    );
    expect(code).toBe(0);
    expect(notes).toContainEqual(expect.stringMatching(/^left out: 3_anna_5, /));
    expect(JSON.parse(readFileSync(join(run, 'report.json'), 'utf8'))).toMatchObject({
      corpus: { skipped: [{ id: '3_anna_5' }] },
    });
  });

  test('files of other rates and channels', async () => {
    const stereo = writeDigits(folder('stereo'), { sampleRate: 16_000, channels: 2, takes: 6 });
    expect(await sonograd('evaluate', run, '--data', stereo, ...cache)).toMatchObject({ code: 0 });
    const told = await sonograd('predict', run, join(stereo, '4_otto_3.wav'), join(digits, '4_otto_3.wav'));
    expect(told).toMatchObject({ code: 0 });
    expect(told.out).toHaveLength(4);
  });
});

describe('a run that is not what it should be', () => {
  const copyOf = (name: string) => {
    const path = folder(name);
    for (const file of ['config.json', 'best.safetensors']) copyFileSync(join(run, file), join(path, file));
    return path;
  };

  test('another pipeline in its config', async () => {
    const path = copyOf('other');
    const config = readFileSync(join(path, 'config.json'), 'utf8');
    writeFileSync(join(path, 'config.json'), config.replace('embed-average', 'embed-concat'));
    const pair = /^run: the checkpoint is of another pipeline, embed-average in a run of embed-concat, /;
    expectRefusal(await sonograd('evaluate', path, ...cache), pair);
    expectRefusal(await sonograd('predict', path, join(digits, '4_otto_3.wav')), pair);
    expectRefusal(await sonograd('listen', path, ...cache), pair);
  });

  test('half a checkpoint', async () => {
    const path = copyOf('half');
    truncateSync(join(path, 'best.safetensors'), 5000);
    expectRefusal(await sonograd('evaluate', path, ...cache), /^run: the checkpoint is damaged, /);
  });

  test.each(['evaluate', 'resume', 'listen'])('%s nothing', async (command) => {
    expectRefusal(await sonograd(command, 'no-such-run'), /^run: it does not exist, no-such-run/);
  });

  test('files that are not there, or hold no sound', async () => {
    expectRefusal(await sonograd('predict', run, 'silence.wav'), /^read: it does not exist, silence\.wav$/);
    expectRefusal(await sonograd('predict', run, 'package.json'), /^readAudio: .*package\.json$/);
  });

  test('a pipeline that makes no sound', async () => {
    expectRefusal(
      await sonograd('listen', run, ...cache),
      /^listen: this pipeline makes no sound, embed-average$/,
    );
  });
});

/** A disk of 64 kB, where this process may make one. */
const disk = folder('disk');
const mounted = ((): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    // Only root may, and not in every container.
    return false;
  }
})();
afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
});

describe.runIf(mounted)('a full disk (needs the right to mount one)', () => {
  test('the run ends in one line; every file that is there is whole', async () => {
    const told = await sonograd('train', 'embed-average', '--quick', '--runs', disk, ...cache);
    expectRefusal(told, /no space left on the disk: free some, or choose another folder/);
    const [left = ''] = readdirSync(disk);
    const files = readdirSync(join(disk, left)).filter((name) => name !== 'samples');
    expect(files.sort()).toEqual(['config.json', 'metrics.jsonl']);
    expect(() => JSON.parse(readFileSync(join(disk, left, 'config.json'), 'utf8'))).not.toThrow();
  });

  test('features that do not fit leave nothing in the cache', async () => {
    const path = join(disk, 'cache');
    mkdirSync(path, { recursive: true });
    const args = ['--runs', folder('full'), '--cache', path];
    expectRefusal(await sonograd('train', 'embed-average', '--quick', ...args), /no space left on the disk/);
    expect(readdirSync(path)).toEqual([]);
    expect(existsSync(join(folder('full'), 'config.json'))).toBe(false);
  });
});
