import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
let copy: string;

/** The steps of CONTRIBUTING.md, walked through in a copy of the package. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'sonograd-contributing-'));
  for (const path of [
    'packages/tensor/src',
    'packages/tensor/package.json',
    'packages/wasm',
    'tsconfig.base.json',
  ]) {
    cpSync(join(root, path), join(copy, path), { recursive: true });
  }
  // The table of cases and the files it is made of.
  for (const name of readdirSync(join(root, 'test', 'tensor')).filter((file) =>
    /[cC]ase\w*\.ts$/.test(file),
  )) {
    cpSync(join(root, 'test', 'tensor', name), join(copy, 'test', 'tensor', name));
  }
  mkdirSync(join(copy, 'node_modules', '@sonograd'), { recursive: true });
  for (const name of ['tensor', 'wasm']) {
    symlinkSync(join(copy, 'packages', name), join(copy, 'node_modules', '@sonograd', name));
  }
  for (const name of ['fast-check', 'pure-rand', '@types', 'typescript']) {
    symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name));
  }
  const settings = { noEmit: true, rewriteRelativeImportExtensions: false, allowImportingTsExtensions: true };
  write('package.json', JSON.stringify({ type: 'module' }));
  write(
    'tsconfig.json',
    JSON.stringify({
      extends: './tsconfig.base.json',
      compilerOptions: { ...settings, declaration: false, declarationMap: false },
      files: ['test/tensor/opCases.ts'],
    }),
  );
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('one file, one line, one case', () => {
  const [file, op] = codeBlock();
  write(file, op);
  edit('packages/tensor/src/ops/index.ts', (text) => `${text}export { cube } from './cube.ts';\n`);
  expect(compile()).toMatch(/cube/);

  edit('test/tensor/opCases.ts', (text) =>
    text.replace(
      'export const opCases = {',
      'export const opCases = {\n  cube: elementwise((x) => cube(x)),',
    ),
  );
  edit(
    'test/tensor/opCases.ts',
    (text) => `import { cube } from '../../packages/tensor/src/ops/cube.ts';\n${text}`,
  );
  expect(compile()).toBe('');
});

test('the new op then has values, a kernel and gradients', () => {
  write(
    'run.ts',
    `import { gradCheck, grad, setEngine, tensor } from '@sonograd/tensor';
     import { cube } from './packages/tensor/src/ops/cube.ts';
     for (const engine of ['reference', 'simd'] as const) {
       setEngine(engine);
       console.log(engine, ...cube(tensor([1, -2, 3])).data);
       gradCheck((x) => cube(x!), [tensor([0.5, -1.25, 2])]);
       console.log(grad((x) => grad((y) => cube(y).sum())(x).sum())(tensor([1, 2])).toArray().join(' '));
     }`,
  );
  const output = execFileSync(
    process.execPath,
    [
      '--import',
      join(root, 'node_modules', 'tsx', 'dist', 'esm', 'index.mjs'),
      '--conditions=sonograd-source',
      'run.ts',
    ],
    { cwd: copy, encoding: 'utf8' },
  );
  expect(output.trim().split('\n')).toEqual(['reference 1 -8 27', '6 12', 'simd 1 -8 27', '6 12']);
});

/** The op that CONTRIBUTING.md shows, and the file it names for it. */
function codeBlock(): [file: string, text: string] {
  const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const [, file] = page.match(/Write `([^`]+)`/) as RegExpMatchArray;
  const [, block] = page.match(/```ts\n([\s\S]*?)```/) as RegExpMatchArray;
  return [file!, block!.replace(/^ {3}/gm, '')];
}

function compile(): string {
  try {
    return execFileSync(
      process.execPath,
      [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', copy],
      { encoding: 'utf8' },
    );
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function write(path: string, text: string): void {
  writeFileSync(join(copy, path), text);
}

function edit(path: string, change: (text: string) => string): void {
  write(path, change(readFileSync(join(copy, path), 'utf8')));
}
