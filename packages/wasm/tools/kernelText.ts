import wabt from 'wabt';
import { type Family, knownFamilies } from '../src/index.ts';

/** Every family with its kernels, as lines for a reader. */
export function listFamilies(): string {
  const lines = [...knownFamilies().values()].map(
    ({ name, kernels }) => `${name}: ${kernels.map((kernel) => kernel.exportName).join(' ')}`,
  );
  return lines.length > 0 ? lines.join('\n') : 'no families are known';
}

/** One kernel, `family/kernel`, as WebAssembly text, with the helper functions that it calls. */
export async function kernelText(path: string): Promise<string> {
  const [familyName = '', kernelName = ''] = path.split('/');
  const family = findFamily(familyName);
  const kernel = family.kernels.find((one) => one.exportName === kernelName);
  if (kernel === undefined) {
    const names = family.kernels.map((one) => one.exportName).join(' ');
    throw new Error(`kernel:wat: ${familyName} has no kernel ${JSON.stringify(kernelName)}, it has ${names}`);
  }
  return moduleText(family.assembleForReading(kernel));
}

function findFamily(name: string): Family {
  const family = knownFamilies().get(name);
  if (family === undefined) {
    throw new Error(`kernel:wat: no family is called ${JSON.stringify(name)}, there are\n${listFamilies()}`);
  }
  return family;
}

async function moduleText(bytes: Uint8Array): Promise<string> {
  const { readWasm } = await wabt();
  const features = {
    simd: true,
    relaxed_simd: true,
    threads: true,
    bulk_memory: true,
    sat_float_to_int: true,
  };
  const module = readWasm(bytes, { readDebugNames: true, ...features });
  try {
    module.generateNames();
    module.applyNames();
    return module.toText({ foldExprs: false, inlineExport: true });
  } finally {
    module.destroy();
  }
}
