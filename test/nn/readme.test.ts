import { readFileSync } from 'node:fs';
import * as nn from '@sonograd/nn';
import * as tensor from '@sonograd/tensor';
import { transformWithEsbuild } from 'vite';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { compile, type Diagnostic } from '../tensor/types/compile.ts';

const readme = readFileSync(new URL('../../packages/nn/README.md', import.meta.url), 'utf8');
const programs = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code as string);
const packages: Readonly<Record<string, object>> = { '@sonograd/nn': nn, '@sonograd/tensor': tensor };

/** Runs a program of the README with the packages as they are here, and returns what it printed. */
async function run(program: string): Promise<unknown[]> {
  const { code } = await transformWithEsbuild(program, 'readme.ts', { target: 'es2022' });
  const body = code
    .replace(/import \* as (\w+) from "([^"]+)";/g, 'const $1 = packages["$2"];')
    .replace(/import \{([^}]*)\} from "([^"]+)";/g, 'const {$1} = packages["$2"];');
  const printed: unknown[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => {
    printed.push(...values);
  });
  try {
    const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
    await new AsyncFunction('packages', body)(packages);
  } finally {
    log.mockRestore();
  }
  return printed;
}

describe('the programs of the README', () => {
  let diagnostics: readonly Diagnostic[];
  beforeAll(() => {
    diagnostics = compile(Object.fromEntries(programs.map((code, index) => [`program${index}.ts`, code])));
  }, 60_000);

  test('compile', () => {
    expect(programs).toHaveLength(2);
    expect(diagnostics.filter(({ file }) => file.startsWith('program'))).toEqual([]);
  });

  test('the first learns what it claims, in no more than 25 lines of code', async () => {
    const lines = (programs[0] as string).split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(25);
    const [last] = (await run(programs[0] as string)) as [{ accuracy: number; epoch: number }];
    expect(last).toMatchObject({ epoch: 5, accuracy: 1 });
  });

  test('the second prints a summary', async () => {
    const [text] = (await run(programs[1] as string)) as [string];
    expect(text).toContain('GRU(40 -> 64)');
    expect(text).toContain('multiply-adds');
  });
});

test('every name in the table of the README is exported', () => {
  const table = readme.split('## What there is')[1]?.split('## How it is known')[0] ?? '';
  const names = [...table.matchAll(/`([A-Za-z0-9]+)(\/[A-Za-z0-9]+)?[(`]/g)].flatMap(([, name, also]) =>
    also === undefined
      ? [name as string]
      : [name as string, (name as string).replace(/(1d|Uniform)$/, also.slice(1))],
  );
  const missing = names.filter((name) => !(name in nn) && !(name in nn.Module.prototype));
  expect(names.length).toBeGreaterThan(60);
  expect(missing).toEqual([]);
});
