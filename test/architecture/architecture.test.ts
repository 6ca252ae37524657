import { describe, expect, test } from 'vitest';
import { cycleIn, packageNames, readSources, type Source, testLines } from './sources.ts';

/** Who may import whom by name; a package's own files come by relative path. */
const allowedImports: Record<string, readonly string[]> = {
  wasm: [],
  tensor: ['@sonograd/wasm'],
  dsp: ['@sonograd/wasm', 'wav-decoder'],
  nn: ['@sonograd/tensor', '@sonograd/dsp'],
  experiments: ['@sonograd/tensor', '@sonograd/nn', '@sonograd/dsp'],
};

/** Only these may reach for Node's own modules; everything else must run in a browser. */
const nodeOnly = [
  /^packages\/tensor\/src\/files\/node\.ts$/,
  /^packages\/nn\/src\/node\//,
  /^packages\/experiments\//,
];

const sources = readSources();

describe.each(packageNames())('packages/%s', (name) => {
  const own = sources.filter((source) => source.package === name);

  test('imports only what the house plan allows', () => {
    const foreign = (specifier: string) => !specifier.startsWith('.') && !specifier.startsWith('node:');
    const wrong = own.flatMap((source) =>
      source.imports
        .map(({ specifier }) => specifier)
        .filter((specifier) => foreign(specifier) && !allowedImports[name]?.includes(packageOf(specifier)))
        .filter(() => name !== 'experiments')
        .map((specifier) => `${source.path} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  test('leaves no file behind its relative imports', () => {
    const outside = own.flatMap((source) =>
      source.imports
        .filter(({ target }) => target !== undefined && !target.startsWith(`packages/${name}/src/`))
        .map(({ specifier }) => `${source.path} imports ${specifier}`),
    );
    expect(outside).toEqual([]);
  });

  test('has no import cycle', () => {
    expect(cycleIn(own)).toBeUndefined();
  });

  test('has no file over 400 lines', () => {
    expect(own.filter((source) => source.lines > 400).map(({ path, lines }) => `${path}: ${lines}`)).toEqual(
      [],
    );
  });

  test('uses the modules of Node only behind its own door', () => {
    const wrong = own
      .filter((source) => !nodeOnly.some((pattern) => pattern.test(source.path)))
      .flatMap((source) => source.imports.map(({ specifier }) => ({ source, specifier })))
      .filter(({ specifier }) => specifier.startsWith('node:'))
      .map(({ source, specifier }) => `${source.path} imports ${specifier}`);
    expect(wrong).toEqual([]);
  });

  test('has an index that is a flat list of names', () => {
    const index = own.find(({ path }) => path === `packages/${name}/src/index.ts`);
    expect(index).toBeDefined();
    expect(otherThanExports(index as Source)).toEqual([]);
  });

  test('has tests at least as large as its source', () => {
    const lines = own.reduce((total, source) => total + source.lines, 0);
    expect(testLines(name)).toBeGreaterThanOrEqual(lines);
  });
});

test('half of all files have 120 lines or fewer', () => {
  const lines = sources.map((source) => source.lines).sort((a, b) => a - b);
  expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(120);
});

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}

function otherThanExports({ text }: Source): string[] {
  return text
    .replace(/export (type )?\{[^}]*\} from '[^']+';/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('//'));
}
