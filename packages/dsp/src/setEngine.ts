import { chooseEngine, type DspEngine, provideReference } from './engine.ts';
import { overlapAdd } from './stft/overlapAdd.ts';
import { transformFrames } from './stft/transformFrames.ts';

// Loading this module is what makes the reference engine known; Node always does, bundlers where `setEngine` is imported.
provideReference({ transformFrames, overlapAdd });

/** Chooses for all calls that follow. */
export function setEngine(name: DspEngine): void {
  chooseEngine(name);
}
