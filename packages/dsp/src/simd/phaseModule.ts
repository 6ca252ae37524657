import { withOwnMemory } from './ownMemory.ts';
import { phaseKernels } from './phaseKernels.ts';

/** As fftModule.ts, for Griffin-Lim. */
export const phaseModule = (): Uint8Array<ArrayBuffer> => withOwnMemory(phaseKernels.weigh.moduleBytes);
