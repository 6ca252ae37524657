import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Without the place and the number; indented lines below the first included. */
  readonly message: string;
}

/**
 * Type-checks programs against the sources of the packages, in one run of the compiler. `written` are files by name,
 * `existing` paths from the root of the repository. Diagnostics in other files, such as the packages, count too.
 */
export function compile(written: Record<string, string>, existing: readonly string[] = []): Diagnostic[] {
  const folder = mkdtempSync(join(tmpdir(), 'sonograd-types-'));
  try {
    for (const [name, text] of Object.entries(written)) writeFileSync(join(folder, name), text);
    const files = [...Object.keys(written), ...existing.map((path) => join(root, path))];
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions, files }),
    );
    return runCompiler(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const compilerOptions = {
  noEmit: true,
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: false,
  noUnusedLocals: false,
  types: [],
  // The programs lie outside of the repository, where no package is installed.
  paths: {
    '@sonograd/tensor': [join(root, 'packages/tensor/src/index.ts')],
    '@sonograd/nn': [join(root, 'packages/nn/src/index.ts')],
    '@sonograd/nn/node': [join(root, 'packages/nn/src/node/index.ts')],
  },
};

function runCompiler(folder: string): Diagnostic[] {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const run = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  if (run.error !== undefined) throw run.error;
  const found: Diagnostic[] = [];
  const unread: string[] = [];
  for (const line of run.stdout.split('\n').filter((text) => text.trim() !== '')) {
    const place = /^(.+)\((\d+),(\d+)\): error TS\d+: (.*)$/.exec(line);
    const last = found.at(-1);
    if (place !== null) {
      const [, file, row, column, message] = place as unknown as [string, string, string, string, string];
      found.push({ file: basename(file), line: Number(row), column: Number(column), message });
    } else if (last !== undefined && line.startsWith(' ')) {
      found[found.length - 1] = { ...last, message: `${last.message}\n${line}` };
    } else {
      unread.push(line);
    }
  }
  if (unread.length > 0 || run.stderr !== '') throw new Error(`tsc: ${[...unread, run.stderr].join('\n')}`);
  return found;
}
