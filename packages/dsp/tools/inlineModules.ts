/**
 * Puts the assembled WebAssembly modules into `dist`, in place of the code that assembles them when it runs
 * from source: the bytes of all kernels are a fifth of the assembler's size, and the published package then
 * needs no other at run time. The WAV decoder gets the form that bundlers like. Then the files for Node are
 * bundled again, from what is there now.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { decoderModule } from './decoderModule.ts';
import { withFewerLocals } from './fewerLocals.ts';
import { fromText, textOf } from './kernelText.ts';

const home = new URL('../', import.meta.url);
const source = new URL('src/simd/', home);
const target = new URL('dist/', home);

/** Texts of all modules in one file: alike as they are, gzip packs them better side by side. */
const texts: string[] = [];
for (const file of readdirSync(source).filter((name) => name.endsWith('Module.ts'))) {
  const exported = basename(file, '.ts');
  const modules: Record<string, () => Uint8Array> = await import(new URL(file, source).href);
  texts.push(`export const ${exported} = ${JSON.stringify(textOf(withFewerLocals(modules[exported]())))};\n`);
  replace(
    `simd/${exported}.js`,
    `import { fromText } from './fromText.js';\nimport { ${exported} as text } from './kernelTexts.js';\nexport const ${exported} = () => fromText(text);\n`,
  );
}
writeFileSync(new URL('simd/kernelTexts.js', target), texts.join(''));
writeFileSync(new URL('simd/fromText.js', target), fromText);
replace('wav/samples.js', await decoderModule());

function replace(file: string, content: string): void {
  const place = new URL(file, target);
  if (!existsSync(place)) throw new Error(`inlineModules: build first, there is no ${fileURLToPath(place)}`);
  writeFileSync(place, content);
}

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
