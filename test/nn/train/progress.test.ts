import { progressTo } from '@sonograd/nn';
import { describe, expect, test } from 'vitest';
import {
  bar,
  clock,
  progressLine,
  threeDigits,
  validationLine,
} from '../../../packages/nn/src/train/progressLine.ts';
import { toyData, train } from './runs.ts';

describe('a line of progress', () => {
  const state = { epoch: 2, epochs: 20, done: 38, total: 100, stepsPerSecond: 128, loss: 0.012345 };

  test('says place, rate, time left and loss', () => {
    expect(progressLine(state)).toBe('epoch 3/20 ━━━━━━━╸──────────── 38% 128 steps/s 0:14 left loss 0.0123');
  });

  test('does without a bar where nobody knows how many steps there are', () => {
    expect(progressLine({ ...state, total: undefined })).toBe('epoch 3/20 38 steps 128 steps/s loss 0.0123');
  });

  test('of a validation names every metric', () => {
    expect(validationLine({ step: 75, epoch: 2, loss: 0.5, accuracy: 0.98765 })).toBe(
      'validation at step 75: loss 0.5, accuracy 0.988',
    );
  });

  test('the bar is always of one length', () => {
    for (const share of [-1, 0, 0.012, 0.5, 0.999, 1, 7]) expect([...bar(share)]).toHaveLength(20);
    expect(bar(0)).toBe('─'.repeat(20));
    expect(bar(1)).toBe('━'.repeat(20));
  });

  test('times and numbers', () => {
    expect([0, 9.4, 65, 599, 600, 3600, 36_061].map(clock)).toEqual([
      ...['0:00', '0:09', '1:05', '9:59'],
      ...['10:00', '1:00:00', '10:01:01'],
    ]);
    expect(clock(Infinity)).toBe('–');
    expect([0.00012345, 1234.5, NaN].map(threeDigits)).toEqual(['0.000123', '1230', 'NaN']);
  });
});

describe('progress of a run', () => {
  async function shown(terminal: boolean, everyMilliseconds: number) {
    const texts: string[] = [];
    let time = 0;
    const now = () => {
      time += 10;
      return time;
    };
    const output = { terminal, write: (text: string) => void texts.push(text) };
    await train({
      trainer: { callbacks: [progressTo(output, { now, everyMilliseconds })] },
      fit: { epochs: 2, validate: { with: toyData(8), every: 7 } },
    });
    return texts;
  }

  test('writes over the last line on a terminal, and keeps validations', async () => {
    const texts = await shown(true, 0);
    const running = texts.filter((text) => text.includes('steps/s'));
    expect(running).toHaveLength(14);
    expect(running.every((text) => text.startsWith('\r\u001b[2K') && !text.endsWith('\n'))).toBe(true);
    expect(texts.filter((text) => text.includes('validation') && text.endsWith('\n'))).toHaveLength(2);
    expect(running[0]).toMatch(/epoch 1\/2 ━━━─+ 14% /);
    expect(running[13]).toMatch(/epoch 2\/2 ━+ 100% .* 0:00 left/);
  });

  test('is quiet elsewhere: whole lines, few of them', async () => {
    const texts = await shown(false, 1e6);
    expect(texts.every((text) => text.endsWith('\n') && !text.includes('\u001b'))).toBe(true);
    expect(texts).toHaveLength(5);
    expect(texts.at(-1)).toMatch(/^finished after 14 steps in 0:00\n$/);
    expect(texts[1]).toMatch(/^epoch 1\/2: loss \d/);
  });
});
