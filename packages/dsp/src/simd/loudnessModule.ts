import { loudnessKernels } from './loudnessKernels.ts';
import { withOwnMemory } from './ownMemory.ts';

/** As fftModule.ts, for loudness. */
export const loudnessModule = (): Uint8Array<ArrayBuffer> =>
  withOwnMemory(loudnessKernels.largest.moduleBytes);
