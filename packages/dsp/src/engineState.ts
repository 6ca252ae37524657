import { reject } from './guard.ts';
import { simdSupported } from './simd/runtime.ts';
import type { overlapAdd } from './stft/overlapAdd.ts';
import type { analyseComplex, analyseMel, analysePower } from './stft/referenceFrames.ts';

/**
 * `reference`: plain TypeScript in double precision, the text to read and the oracle. `simd`: four
 * frames at once in WebAssembly lanes, in single precision. Same results to the stated tolerances.
 */
export type DspEngine = 'reference' | 'simd';

export interface ReferenceEngine {
  readonly analyseComplex: typeof analyseComplex;
  readonly analysePower: typeof analysePower;
  readonly analyseMel: typeof analyseMel;
  readonly overlapAdd: typeof overlapAdd;
}

let chosen: DspEngine | undefined;
let reference: ReferenceEngine | undefined;

/** The engine in use: `simd` where WebAssembly has lanes, unless SONOGRAD_ENGINE or `setEngine` says otherwise. */
export function engine(): DspEngine {
  if (chosen === undefined) chooseEngine(engineFromEnvironment() ?? (simdSupported() ? 'simd' : 'reference'));
  return chosen as DspEngine;
}

export function chooseEngine(name: DspEngine): void {
  if (name !== 'reference' && name !== 'simd') reject('setEngine', 'name must be reference or simd', name);
  if (name === 'simd' && !simdSupported()) reject('setEngine', 'this machine has no WebAssembly SIMD', name);
  chosen = name;
}

/** engine.ts brings it along, so that a page whose bundler found no `setEngine` need not carry two engines. */
export function provideReference(engine: ReferenceEngine): void {
  reference = engine;
}

export function referenceEngine(): ReferenceEngine {
  return reference ?? reject('engine', 'not in this bundle, import setEngine', 'reference');
}

/** Threads are for tensors: here they mean the same lanes on one thread. */
function engineFromEnvironment(): DspEngine | undefined {
  const wanted = (globalThis as { process?: { env?: Record<string, string> } }).process?.env?.SONOGRAD_ENGINE;
  return wanted === 'threads' ? 'simd' : ((wanted || undefined) as DspEngine | undefined);
}
