import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface Import {
  readonly specifier: string;
  /** The file of this repository that it names, for relative ones. */
  readonly target: string | undefined;
  /** Erased by the compiler: no arrow at run time. */
  readonly typeOnly: boolean;
}

export interface Source {
  readonly path: string;
  readonly package: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

export function packageNames(): string[] {
  return [...new Set(readSources().map((source) => source.package))].sort();
}

export function readSources(): Source[] {
  const packages = readdirSync(join(root, 'packages'));
  return packages
    .flatMap((name) => filesUnder(`packages/${name}/src`))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return {
        path,
        package: path.split('/')[1]!,
        text,
        lines: countLines(text),
        imports: importsOf(path, text),
      };
    });
}

/** Where the cases from PyTorch, torchaudio, librosa and SciPy lie: one case on a line. */
const goldenFolders: Record<string, string> = { tensor: 'ops', nn: 'nn', dsp: 'dsp' };

/** Lines of TypeScript under `test/<name>`, and of golden cases that it is compared with. */
export function testLines(name: string): number {
  const golden = goldenFolders[name];
  const cases = golden === undefined ? [] : filesUnder(`test/golden/${golden}`, '.json');
  return [...filesUnder(`test/${name}`), ...cases].reduce(
    (total, path) => total + countLines(readFileSync(join(root, path), 'utf8')),
    0,
  );
}

/** The files of one cycle of run-time imports, if there is one. */
export function cycleIn(sources: readonly Source[]): string[] | undefined {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (target === undefined || typeOnly) continue;
      const cycle = visit(target, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const { path } of sources) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function filesUnder(folder: string, ending = '.ts'): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return entries
    .map((entry) => `${folder}/${entry.split(sep).join('/')}`)
    .filter((path) => path.endsWith(ending))
    .sort();
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

function importsOf(path: string, text: string): Import[] {
  const pattern = /^(?:import|export)\s+(type\s)?(?:([^'";]*?)\sfrom\s)?'([^']+)'/gm;
  return [...text.matchAll(pattern)].map(([, type, names = '', specifier]) => ({
    specifier: specifier!,
    target: specifier!.startsWith('.')
      ? posix.normalize(posix.join(posix.dirname(path), specifier!))
      : undefined,
    typeOnly: type !== undefined || onlyTypes(names),
  }));
}

/** `{ type A, type B }` imports nothing at run time. */
function onlyTypes(names: string): boolean {
  const list = names.match(/^\{([^}]*)\}$/)?.[1];
  return list?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
}
