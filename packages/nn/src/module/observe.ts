import type { Module } from './module.ts';

/** What a module was given and what it made of it. */
export interface ForwardEvent {
  readonly name: string;
  readonly module: Module;
  readonly input: unknown;
  readonly output: unknown;
}

/**
 * Calls `visit` after every forward pass of `module` and of those below it, the innermost first. Returns what ends
 * it. Watched layers are never fused, so that each shows its own output.
 */
export function observeForward(module: Module, visit: (event: ForwardEvent) => void): () => void {
  const stops = module
    .namedModules()
    .map(([name, inner]) =>
      inner.onForward((input, output) => visit({ name, module: inner, input, output })),
    );
  return () => {
    for (const stop of stops) stop();
  };
}
