import type { GraphNode } from './node.ts';

let tracing = false;

export function isTracing(): boolean {
  return tracing;
}

/**
 * Runs `body` while every recorded op notes its time and the source line that called it, and `backward`
 * keeps the graph and all gradients: what `graph(loss)` then shows is complete.
 */
export function trace<Result>(body: () => Result): Result {
  const before = tracing;
  tracing = true;
  try {
    return body();
  } finally {
    tracing = before;
  }
}

export function traceStart(): number {
  return tracing ? performance.now() : 0;
}

export function traceStop(node: GraphNode, started: number): void {
  if (!tracing) return;
  node.milliseconds = performance.now() - started;
  node.place = new Error();
}
