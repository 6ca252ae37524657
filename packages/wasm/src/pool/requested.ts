interface Surroundings {
  readonly environment: { readonly SONOGRAD_THREADS?: string | undefined };
  readonly cores: number;
}

/** Cores this process may use. */
export function availableCores(): number {
  const os = globalThis.process?.getBuiltinModule?.('node:os');
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** How many threads the program should use: `SONOGRAD_THREADS`, or as many as there are cores. */
export function requestedThreads(
  { environment, cores }: Surroundings = {
    environment: globalThis.process?.env ?? {},
    cores: availableCores(),
  },
): number {
  const text = environment.SONOGRAD_THREADS;
  if (text === undefined || text === '') return Math.min(cores, maximumThreads);
  if (!/^\d+$/.test(text)) throw new RangeError(`SONOGRAD_THREADS: not a whole number, ${text}`);
  return requireThreads('SONOGRAD_THREADS', Number(text));
}

export const maximumThreads = 64;

export function requireThreads(name: string, count: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= maximumThreads) return count;
  throw new RangeError(`${name}: threads must be a whole number from 1 to ${maximumThreads}, ${count}`);
}
