export const pageBytes = 65_536;
export const addressSpaceBytes = 65_536 * pageBytes;

const smallestStepPages = 256;

/** Whether threads can look at the same memory here; in a page this needs cross-origin isolation. */
export function canShare(): boolean {
  return typeof SharedArrayBuffer === 'function';
}

/** Address space is reserved, not memory; where a browser has not even that, less of it. */
export function createMemory(
  maximumBytes: number,
  shared: boolean,
): { memory: WebAssembly.Memory; maximum: number } {
  for (let pages = Math.ceil(maximumBytes / pageBytes); ; pages >>>= 1) {
    try {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: pages, shared });
      return { memory, maximum: Math.min(maximumBytes, pages * pageBytes) };
    } catch (error) {
      if (pages <= smallestStepPages) throw error;
    }
  }
}

/** Grows to hold so many bytes, by a quarter at least, so that growing stays rare. False when there is no room. */
export function growMemory(memory: WebAssembly.Memory, neededBytes: number, maximumBytes: number): boolean {
  const present = memory.buffer.byteLength / pageBytes;
  const maximum = Math.ceil(maximumBytes / pageBytes);
  const needed = Math.ceil(neededBytes / pageBytes) - present;
  if (present + needed > maximum) return false;
  const step = Math.max(needed, smallestStepPages, present >>> 2);
  return tryGrow(memory, Math.min(step, maximum - present)) || tryGrow(memory, needed);
}

function tryGrow(memory: WebAssembly.Memory, pages: number): boolean {
  try {
    memory.grow(pages);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
