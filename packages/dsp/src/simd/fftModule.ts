import { fftKernels } from './fftKernels.ts';
import { withOwnMemory } from './ownMemory.ts';

/**
 * The transforms as a WebAssembly module, assembled when it is first needed. In the published package
 * this file holds the assembled bytes instead (tools/inlineModules.ts), which are smaller than the assembler.
 */
export const fftModule = (): Uint8Array<ArrayBuffer> => withOwnMemory(fftKernels.radix4.moduleBytes);
