import { chooseEngine, type DspEngine, provideReference } from './engineState.ts';

import { overlapAdd } from './stft/overlapAdd.ts';
import { analyseComplex, analyseMel, analysePower } from './stft/referenceFrames.ts';

export { type DspEngine, engine } from './engineState.ts';

// Loading this module is what makes the reference engine known; Node always does, bundlers where `setEngine` is imported.
provideReference({ analyseComplex, analysePower, analyseMel, overlapAdd });

/** Chooses for all calls that follow. */
export function setEngine(name: DspEngine): void {
  chooseEngine(name);
}
