import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainSystemError, firstLine, InputError } from '../../../packages/experiments/src/inputError.ts';
import { makeFolder } from '../../../packages/experiments/src/makeFolder.ts';
import { scratchFolder } from '../corporaSupport.ts';

const scratch = scratchFolder();

test('makeFolder: with all above it, and once more', () => {
  const path = join(scratch, 'a', 'b', 'c');
  makeFolder('test', path);
  makeFolder('test', path);
  expect(statSync(path).isDirectory()).toBe(true);
  symlinkSync(path, join(scratch, 'link'));
  makeFolder('test', join(scratch, 'link'));
});

test('makeFolder: a file in the way is named, in one line', () => {
  writeFileSync(join(scratch, 'file'), '');
  expect(() => makeFolder('test', join(scratch, 'file', 'x'))).toThrow(
    /^test: a part of the path is a file, not a folder, .*file.x$/,
  );
  expect(() => makeFolder('test', join(scratch, 'file'))).toThrow(
    /^test: a file of this name is in the way, .*file$/,
  );
});

test.runIf(existsSync('/proc/self'))('makeFolder: comes back from places where nothing can be', () => {
  expect(() => makeFolder('test', '/proc/x/y')).toThrow(/^test: it does not exist, \/proc\/x\/y$/);
});

test('explainSystemError: known codes become advice, all else stays as it is', () => {
  const full = Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' });
  const explained = explainSystemError('save', 'here', full);
  expect(explained).toBeInstanceOf(InputError);
  expect(firstLine(explained)).toBe(
    'save: no space left on the disk: free some, or choose another folder, here',
  );
  for (const other of [new Error('x'), Object.assign(new Error('x'), { code: 'EWEIRD' }), 'text']) {
    expect(explainSystemError('save', 'here', other)).toBe(other);
  }
  expect(firstLine(new Error('one\ntwo'))).toBe('one');
  expect(firstLine('plain')).toBe('plain');
});
