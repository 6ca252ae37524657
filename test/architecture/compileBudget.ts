import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What the types cost the compiler. Instantiations are counted, not timed: on one thread the count is the same on
 * every machine. Each row has its limit in compileBudget.json; `npm run budget -- --write` sets the limits anew, a
 * quarter above what is measured now.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const limitsFile = join(root, 'test/architecture/compileBudget.json');
const headroom = 1.25;

interface Cost {
  readonly instantiations: number;
  readonly types: number;
  readonly checkMs: number;
}

const folder = mkdtempSync(join(tmpdir(), 'sonograd-budget-'));
try {
  const costs = measureAll();
  if (process.argv.includes('--write')) writeLimits(costs);
  report(costs, JSON.parse(readFileSync(limitsFile, 'utf8')) as Record<string, number>);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

function measureAll(): Map<string, Cost> {
  const packages = readdirSync(join(root, 'packages')).filter((name) =>
    existsSync(join(root, 'packages', name, 'tsconfig.json')),
  );
  run(['-b', ...packages.map((name) => `packages/${name}`)]);
  const costs = new Map(packages.map((name) => [`packages/${name}`, measureProject(`packages/${name}`)]));
  costs.set('a user imports and calls relu', measureUser('import.ts'));
  costs.set('a user writes 40 lines of shapes', measureUser('shapes.ts'));
  return costs;
}

/** A build information file that does not exist yet makes the compiler check everything. */
function measureProject(project: string): Cost {
  const fresh = join(folder, `${project.replace('/', '-')}.tsbuildinfo`);
  return measure(['-p', project, '--noEmit', '--tsBuildInfoFile', fresh]);
}

/** As users see the packages: through the declarations in `dist`. */
function measureUser(file: string): Cost {
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: true,
      rewriteRelativeImportExtensions: false,
      customConditions: [],
      types: [],
    },
    files: [join(root, 'test/architecture/compileBudget', file)],
  };
  const path = join(folder, `${file}.json`);
  writeFileSync(path, JSON.stringify(config));
  return measure(['-p', path]);
}

function measure(options: readonly string[]): Cost {
  const text = run([...options, '--extendedDiagnostics', '--singleThreaded']);
  const figure = (name: string) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(text)?.[1]);
  return {
    instantiations: figure('Instantiations'),
    types: figure('Types'),
    checkMs: figure('Check time') * 1000,
  };
}

function run(options: readonly string[]): string {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout, status, error } = spawnSync(process.execPath, [compiler, ...options, '--pretty', 'false'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`budget: tsc ${options.join(' ')} failed\n${stdout}`);
  return stdout;
}

function writeLimits(costs: ReadonlyMap<string, Cost>): void {
  const limits = [...costs].map(
    ([row, { instantiations }]) => [row, roundUp(instantiations * headroom)] as const,
  );
  writeFileSync(limitsFile, `${JSON.stringify(Object.fromEntries(limits), null, 2)}\n`);
}

function roundUp(count: number): number {
  return Math.ceil(count / 1000) * 1000;
}

function report(costs: ReadonlyMap<string, Cost>, limits: Record<string, number>): void {
  console.log(
    `${'compile-time budget'.padEnd(34)}${['instantiations', 'limit', 'types', 'check ms'].map(right).join('')}`,
  );
  for (const [row, { instantiations, types, checkMs }] of costs) {
    const figures = [instantiations, limits[row] ?? 'none', types, Math.round(checkMs)];
    console.log(`${row.padEnd(34)}${figures.map(right).join('')}`);
  }
  const over = [...costs].filter(([row, { instantiations }]) => !(instantiations <= (limits[row] ?? 0)));
  for (const [row, { instantiations }] of over) {
    console.error(`budget: ${row} is over its limit, ${instantiations} > ${limits[row] ?? 'none set'}`);
  }
  if (over.length > 0) process.exitCode = 1;
}

function right(figure: number | string): string {
  return String(figure).padStart(15);
}
