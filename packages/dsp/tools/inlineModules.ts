/**
 * Puts the assembled WebAssembly modules into `dist`, in place of the code that assembles them when it runs
 * from source: the bytes of all kernels are a fifth of the assembler's size, and the published package then
 * needs no other at run time. Then the files for Node are bundled again, from what is there now.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const home = new URL('../', import.meta.url);
const source = new URL('src/simd/', home);
const target = new URL('dist/simd/', home);

/**
 * Bytes as text: one character below 0x30, which most are, and two from there on. Base64 would be shorter, but
 * hides repetitions from gzip.
 */
function textOf(bytes: Uint8Array): string {
  const characters = Array.from(bytes, (byte) =>
    byte < 0x30 ? [byte + 0x30] : [0x60 + (byte >> 4), 0x30 + (byte & 15)],
  );
  return String.fromCharCode(...characters.flat());
}

const decoder = `/** The bytes that tools/inlineModules.ts wrote as text. */
export const fromText = (text) =>
  Uint8Array.from(text.match(/[c-o]?./g), (part) => {
    const low = part.charCodeAt(part.length - 1) - 48;
    return part.length > 1 ? (part.charCodeAt(0) - 96) * 16 + low : low;
  });
`;

for (const file of readdirSync(source).filter((name) => name.endsWith('Module.ts'))) {
  const exported = basename(file, '.ts');
  const modules: Record<string, () => Uint8Array> = await import(new URL(file, source).href);
  const text = JSON.stringify(textOf(modules[exported]()));
  const place = new URL(`${exported}.js`, target);
  if (!existsSync(place)) throw new Error(`inlineModules: build first, there is no ${fileURLToPath(place)}`);
  writeFileSync(
    place,
    `import { fromText } from './fromText.js';\nexport const ${exported} = () => fromText(${text});\n`,
  );
}
writeFileSync(new URL('fromText.js', target), decoder);

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
