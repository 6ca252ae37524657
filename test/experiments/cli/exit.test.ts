import { NonFiniteError } from '@sonograd/nn';
import { describe, expect, test } from 'vitest';
import { exitCodes, showFailure } from '../../../packages/experiments/src/cli/exit.ts';
import { formatTable, resultTables } from '../../../packages/experiments/src/cli/tables.ts';
import { bar } from '../../../packages/experiments/src/cli/terminal.ts';
import { InputError } from '../../../packages/experiments/src/inputError.ts';
import { Interrupted } from '../../../packages/experiments/src/pipelines/shared/phase.ts';
import { reportData } from '../../../packages/experiments/src/runs/reportData.ts';

function shown(failure: unknown): { code: number; lines: string[] } {
  const lines: string[] = [];
  const code = showFailure(failure, (line) => void lines.push(...line.split('\n')));
  return { code, lines };
}

describe('showFailure', () => {
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', path: 'runs/x' });

  test.each([
    ['bad input', new InputError('read: it does not exist, x.wav'), 2, 'read: it does not exist, x.wav'],
    [
      'a full disk',
      full,
      2,
      'sonograd: no space left on the disk: free some, or choose another folder, runs/x',
    ],
    [
      'a loss that is no number',
      new NonFiniteError('Trainer: the loss is NaN at step 3'),
      2,
      'Trainer: the loss is NaN at step 3',
    ],
    ['Ctrl-C in training', new Interrupted('train: interrupted'), 130, 'train: interrupted'],
    ['Ctrl-C elsewhere', AbortSignal.abort().reason, 130, 'This operation was aborted'],
  ])('%s: one line', (_, failure, code, line) => {
    expect(shown(failure)).toEqual({ code, lines: [line] });
  });

  test('a bug: the stack', () => {
    const { code, lines } = shown(new TypeError('x is not a function'));
    expect(code).toBe(exitCodes.bug);
    expect(lines[0]).toBe('TypeError: x is not a function');
    expect(lines.length).toBeGreaterThan(1);
    expect(shown('thrown as text')).toEqual({ code: 1, lines: ['thrown as text'] });
  });
});

describe('tables', () => {
  test('the first column to the left, numbers to the right', () => {
    expect(
      formatTable(
        ['speaker', 'clips'],
        [
          ['theo', '5'],
          ['yweweler', '50'],
        ],
      ).split('\n'),
    ).toEqual(['speaker   clips', '────────  ─────', 'theo          5', 'yweweler     50']);
  });

  test('results: what is there, and no empty tables', () => {
    const corpus = { name: 'synth', licence: 'MIT', home: '', train: 1, validation: 0, test: 1, speakers: 1 };
    const report = reportData.parse({
      title: 'x',
      corpus,
      perSpeaker: [{ name: 'theo', count: 4, accuracy: 0.75 }],
    });
    const text = resultTables({ testAccuracy: 0.75, parameters: 8906 }, report);
    expect(text).toContain('theo        0.750      4');
    expect(text).toContain('parameters     8906');
    expect(text).not.toContain('precision');
  });
});

describe('bar', () => {
  test('moves on a terminal, and ends its line', () => {
    const written: string[] = [];
    const show = bar('reading', { isTTY: true, write: (text) => written.push(text) });
    show(1, 4);
    show(4, 4);
    expect(written).toHaveLength(2);
    expect(written[0]).toContain(`${'━'.repeat(5)}${'─'.repeat(15)} 25% reading`);
    expect(written[1]).toContain(`${'━'.repeat(20)}100% reading\n`);
  });

  test('is one quiet line elsewhere', () => {
    const written: string[] = [];
    const show = bar('reading', { write: (text) => written.push(text) });
    for (let done = 1; done <= 4; done++) show(done, 4);
    expect(written).toEqual(['reading\n']);
  });
});
