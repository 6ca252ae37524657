import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { transform } from 'esbuild';

/** Names that only the decoder's own code uses. */
const innerNames =
  /^(numberOfChannels|bitDepth|floatingPoint|blockSize|formatId|byteRate|sampleRate|remain|skip|string|u?int(8|16|32))$/;

/** Readers of samples that no file has once wav/canonical.ts has widened it. */
const unusedReaders = /^ {4}(int16|pcm(8s?|16|24s?|32)): function\(\) \{\n(?:.|\n)*?\n {4}\},?\n/gm;

/** Complaints that no such file can cause keep their place, not their words. */
const complaints = /new TypeError\(.*\)/g;

/**
 * `wav-decoder` (MIT licence, Nao Yonamine) as a module that bundlers shake: by itself it is CommonJS, which they
 * take whole and wrap, and it asks for Node's `global`.
 */
export async function decoderModule(): Promise<string> {
  const original = readFileSync(createRequire(import.meta.url).resolve('wav-decoder'), 'utf8');
  const functions = original
    .replace(unusedReaders, '')
    .replace(complaints, 'new TypeError()')
    .replace(/^module\.exports.*$/gm, '');
  const samples = 'export const decodeSamples = (file) => decodeSync(file, { symmetric: true }).channelData;';
  const { code } = await transform(`${functions}\n${samples}\n`, {
    define: { 'global.Buffer': 'undefined' },
    minifySyntax: true,
    mangleProps: innerNames,
  });
  return `// From wav-decoder (MIT licence, Nao Yonamine) by tools/decoderModule.ts.\n${code}`;
}
