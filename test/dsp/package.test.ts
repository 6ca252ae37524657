import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as dsp from '@sonograd/dsp';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resultBits } from './publishedBits.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'sonograd-dsp-'));
const run = (command: string, args: string[], cwd = project) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' });
const write = (file: string, content: string) => writeFileSync(join(project, file), content);

/** What a page of the README says, compiled and run from the installed package. */
const program = `
import { decodeWav, encodeWav, engine, logMel, melSpectrogram, powerToDb, type Spectrogram } from '@sonograd/dsp';
const tone = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(0.3 * i));
const { channels, sampleRate } = decodeWav(encodeWav({ sampleRate: 8000, channels: [tone] }));
const mel: Spectrogram = melSpectrogram(channels[0]!, { sampleRate, nFft: 512, hopLength: 128, nMels: 64, preset: 'librosa' });
const db: Spectrogram = powerToDb(mel);
const whisper = logMel(tone, { sampleRate: 16000, preset: 'whisper' });
console.log(JSON.stringify([engine(), db.bins, db.frames, db.data.every(Number.isFinite), whisper.bins]));
`;
const expected = '["simd",64,63,true,80]';

beforeAll(() => {
  run('npx', ['tsc', '-b', 'packages/wasm', 'packages/dsp'], root);
  for (const folder of ['packages/wasm', 'packages/dsp', 'node_modules/wav-decoder']) {
    run('npm', ['pack', '--silent', '--pack-destination', project, join(root, folder)], join(root, folder));
  }
  write('package.json', '{ "name": "empty", "private": true, "type": "module" }');
  const tarballs = readdirSync(project).filter((name) => name.endsWith('.tgz'));
  expect(tarballs).toHaveLength(3);
  run('npm', [
    'install',
    '--offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    ...tarballs.map((name) => `./${name}`),
  ]);
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

async function bundle(contents: string, platform: 'browser' | 'node', minify = false): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: project, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform,
    minify,
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0].contents;
}

describe('the packed tarball, installed into an empty project', () => {
  test('runs in Node as it is', async () => {
    write('main.ts', program);
    const { outputFiles } = await build({
      entryPoints: [join(project, 'main.ts')],
      format: 'esm',
      write: false,
    });
    write('main.mjs', outputFiles[0].text);
    expect(run('node', ['main.mjs']).trim()).toBe(expected);
  });

  test.each(['browser', 'node'] as const)('runs bundled for %s', async (platform) => {
    write(`bundle-${platform}.mjs`, new TextDecoder().decode(await bundle(program, platform)));
    expect(run('node', [`bundle-${platform}.mjs`]).trim()).toBe(expected);
  });

  test('SONOGRAD_ENGINE chooses in Node, and a bundle has the reference where setEngine is', async () => {
    const env = { ...process.env, SONOGRAD_ENGINE: 'reference' };
    expect(execFileSync('node', ['main.mjs'], { cwd: project, encoding: 'utf8', env })).toContain(
      '["reference",64,63,true,80]',
    );
    const lean =
      "import { melSpectrogram } from '@sonograd/dsp'; melSpectrogram(new Float32Array(9), { preset: 'whisper', sampleRate: 9 });";
    write('lean.mjs', new TextDecoder().decode(await bundle(lean, 'browser')));
    expect(() =>
      execFileSync('node', ['lean.mjs'], { cwd: project, encoding: 'utf8', stdio: 'pipe', env }),
    ).toThrow('engine: not in this bundle, import setEngine, reference');
    write(
      'both.mjs',
      new TextDecoder().decode(
        await bundle(
          `import { setEngine } from '@sonograd/dsp'; setEngine('reference'); ${program}`,
          'browser',
        ),
      ),
    );
    expect(run('node', ['both.mjs'])).toContain('["reference",64,63,true,80]');
  });

  test.each(['nodenext', 'bundler'])('type-checks under moduleResolution %s', (moduleResolution) => {
    write('main.ts', program);
    const compilerOptions = {
      strict: true,
      noUncheckedIndexedAccess: true,
      target: 'es2022',
      lib: ['es2023', 'dom'],
      types: [],
      module: moduleResolution === 'bundler' ? 'preserve' : 'nodenext',
      moduleResolution,
      noEmit: true,
    };
    write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['main.ts'] }));
    expect(run(join(root, 'node_modules/.bin/tsc'), ['-p', join(project, 'tsconfig.json')])).toBe('');
  });

  test('gives the bits of the source, though its kernels have fewer locals', async () => {
    const published = await import(
      pathToFileURL(join(project, 'node_modules/@sonograd/dsp/dist/index.js')).href
    );
    const bits = resultBits(dsp);
    expect(resultBits(published)).toEqual(bits);
    expect(bits.engine).toBe(1);
  });

  test('asks for no assembler at run time', async () => {
    const whole = new TextDecoder().decode(await bundle("export * from '@sonograd/dsp';", 'browser'));
    expect(whole).not.toContain('kernelFamily');
    expect(whole).toContain('(m5n7n1)(((');
  });

  test.each([
    ['the whole', "export * from '@sonograd/dsp';", 31_500],
    ['melSpectrogram alone', "export { melSpectrogram } from '@sonograd/dsp';", 8000],
  ])('%s, minified and gzipped, stays below its limit', async (_, contents, limit) => {
    expect(gzipSync(await bundle(contents, 'browser', true), { level: 9 }).length).toBeLessThan(limit);
  });
});
