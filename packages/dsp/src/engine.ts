import { reject } from './guard.ts';
import { simdSupported } from './simd/runtime.ts';

/**
 * `reference`: plain TypeScript in double precision, the text to read and the oracle. `simd`: four
 * frames at once in WebAssembly lanes, in single precision. Same results to the stated tolerances.
 */
export type DspEngine = 'reference' | 'simd';

let chosen: DspEngine | undefined;

/** Chooses for all calls that follow. The default is `simd` where WebAssembly has lanes, unless SONOGRAD_ENGINE says otherwise. */
export function setEngine(name: DspEngine): void {
  if (name !== 'reference' && name !== 'simd') reject('setEngine', 'name must be reference or simd', name);
  if (name === 'simd' && !simdSupported()) reject('setEngine', 'this machine has no WebAssembly SIMD', name);
  chosen = name;
}

export function engine(): DspEngine {
  if (chosen === undefined) setEngine(engineFromEnvironment() ?? (simdSupported() ? 'simd' : 'reference'));
  return chosen as DspEngine;
}

/** Threads are for tensors: here they mean the same lanes on one thread. */
function engineFromEnvironment(): DspEngine | undefined {
  const wanted = (globalThis as { process?: { env?: Record<string, string> } }).process?.env?.SONOGRAD_ENGINE;
  if (wanted === undefined || wanted === '') return undefined;
  return wanted === 'threads' ? 'simd' : (wanted as DspEngine);
}
