/**
 * Puts the assembled WebAssembly modules into `dist`, in place of the code that assembles them when it runs
 * from source: the bytes of all kernels are a fifth of the assembler's size, and the published package then
 * needs no other at run time. Hexadecimal digits pack better than base64, which hides repetitions from gzip.
 * Then the files for Node are bundled again, from what is there now.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const home = new URL('../', import.meta.url);
const source = new URL('src/simd/', home);
const target = new URL('dist/simd/', home);

const decoder = `/** The bytes that hexadecimal digits stand for. */
export const fromHex = (digits) => Uint8Array.from(digits.match(/../g), (byte) => parseInt(byte, 16));
`;

for (const file of readdirSync(source).filter((name) => name.endsWith('Module.ts'))) {
  const exported = basename(file, '.ts');
  const modules: Record<string, () => Uint8Array> = await import(new URL(file, source).href);
  const digits = Buffer.from(modules[exported]()).toString('hex');
  const place = new URL(`${exported}.js`, target);
  if (!existsSync(place)) throw new Error(`inlineModules: build first, there is no ${fileURLToPath(place)}`);
  writeFileSync(
    place,
    `import { fromHex } from './fromHex.js';\nexport const ${exported} = () => fromHex('${digits}');\n`,
  );
}
writeFileSync(new URL('fromHex.js', target), decoder);

interface Door {
  readonly node?: string;
  readonly default: string;
}
const { exports } = JSON.parse(readFileSync(new URL('package.json', home), 'utf8')) as {
  exports: Record<string, Door>;
};
const doors = Object.values(exports).filter(
  ({ node, default: file }) => node && existsSync(new URL(file, home)),
);
await build({
  entryPoints: doors.map(({ node = '', default: file }) => ({
    in: fileURLToPath(new URL(file, home)),
    out: basename(node, '.js'),
  })),
  outdir: fileURLToPath(new URL('dist/bundle', home)),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});
