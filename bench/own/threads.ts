import { engine, setEngine } from '@sonograd/tensor';
import { poolReady, setDispatcher, setThreads } from '@sonograd/wasm';

/** Starts as many workers as the largest count needs; they sleep while others have their turn. */
export async function startThreads(counts: readonly number[]): Promise<void> {
  const most = Math.max(...counts);
  if (most === 1) return setEngine('simd');
  setEngine('threads', { threads: most });
  await poolReady();
  const { note } = engine();
  if (note !== undefined) throw new Error(`bench: threads are not to be had here, ${note}`);
}

/** Stages a turn on so many threads. One thread leaves the workers asleep instead of ending them. */
export function onThreads(count: number): () => void {
  return () => {
    if (count === 1) setDispatcher(null);
    else setThreads(count);
  };
}
