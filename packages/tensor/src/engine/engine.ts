import { poolState, requestedThreads, setThreads } from '@sonograd/wasm';

/** `reference`: plain loops, the oracle. `simd`: WebAssembly lanes. `threads`: the same kernels on a worker pool. */
export type EngineName = 'reference' | 'simd' | 'threads';

export const engineNames: readonly EngineName[] = ['reference', 'simd', 'threads'];

export interface EngineState {
  readonly name: EngineName;
  readonly threads: number;
  /** Why fewer threads run than were asked for, where that is so. */
  readonly note?: string;
}

let current: EngineName | undefined;

/** Every op runs on every engine and gives the same result; only the speed differs. */
export function setEngine(name: EngineName, options: { threads?: number } = {}): void {
  if (!engineNames.includes(name)) {
    throw new RangeError(`setEngine: name must be one of ${engineNames.join(', ')}, got ${String(name)}`);
  }
  current = name;
  setThreads(name === 'threads' ? (options.threads ?? requestedThreads()) : 1);
}

export function engine(): EngineState {
  const name = currentEngine();
  if (name !== 'threads') return { name, threads: 1 };
  const { threads, reason } = poolState();
  return reason === undefined ? { name, threads } : { name, threads: 1, note: reason };
}

export function currentEngine(): EngineName {
  if (current === undefined) setEngine(engineFromEnvironment());
  return current as EngineName;
}

/** The `reference` engine touches no WebAssembly at all. */
export function engineUsesHeap(): boolean {
  return (current ?? currentEngine()) !== 'reference';
}

function engineFromEnvironment(): EngineName {
  const wanted = globalThis.process?.env?.SONOGRAD_ENGINE;
  if (wanted === undefined || wanted === '') return defaultEngine();
  if ((engineNames as readonly string[]).includes(wanted)) return wanted as EngineName;
  throw new RangeError(`SONOGRAD_ENGINE: must be one of ${engineNames.join(', ')}, got ${wanted}`);
}

function defaultEngine(): EngineName {
  return typeof SharedArrayBuffer === 'undefined' || requestedThreads() === 1 ? 'simd' : 'threads';
}
