import { withOwnMemory } from './ownMemory.ts';
import { resampleKernels } from './resampleKernels.ts';

/** As fftModule.ts, for resampling. */
export const resampleModule = (): Uint8Array<ArrayBuffer> => withOwnMemory(resampleKernels.dots.moduleBytes);
