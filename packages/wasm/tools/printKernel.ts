/** npm run kernel:wat [FAMILY/KERNEL] [-- --from MODULE]: a kernel as text, or the list of what there is. */
import { pathToFileURL } from 'node:url';
import { kernelText, listFamilies } from './kernelText.ts';

/** Packages whose kernels declare themselves when they are imported. */
const packages = ['@sonograd/tensor', '@sonograd/dsp'];

export interface Request {
  readonly kernel: string | undefined;
  readonly modules: readonly string[];
}

export function parseRequest(words: readonly string[]): Request {
  const from = words.indexOf('--from');
  if (from < 0) return { kernel: words[0], modules: packages };
  const module = words[from + 1];
  if (module === undefined) throw new Error('kernel:wat: --from needs a module');
  const [kernel] = words.filter((_, index) => index !== from && index !== from + 1);
  return { kernel, modules: [module.startsWith('.') ? pathToFileURL(module).href : module] };
}

export async function printKernel(words: readonly string[]): Promise<string> {
  const { kernel, modules } = parseRequest(words);
  for (const module of modules) await import(module);
  return kernel === undefined ? listFamilies() : kernelText(kernel);
}

if (process.argv[1]?.endsWith('printKernel.ts')) {
  try {
    console.log(await printKernel(process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
