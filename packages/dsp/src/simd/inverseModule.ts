import { inverseKernels } from './inverseKernels.ts';
import { withOwnMemory } from './ownMemory.ts';

/** As fftModule.ts, for the way back. */
export const inverseModule = (): Uint8Array<ArrayBuffer> => withOwnMemory(inverseKernels.pack.moduleBytes);
