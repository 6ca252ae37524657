import wavDecoder from 'wav-decoder';

/**
 * The channels of a plain WAV file, as `wav-decoder` reads them. In the published package this file holds that
 * decoder (tools/inlineModules.ts) without what only other module systems and Node's `global` need.
 */
export const decodeSamples = (file: ArrayBuffer): Float32Array[] =>
  withGlobal(() => wavDecoder.decode.sync(file, { symmetric: true }).channelData);

/** The decoder asks for Node's `global`; where there is none it has one for the length of the call. */
function withGlobal<Result>(run: () => Result): Result {
  const scope = globalThis as { global?: unknown };
  if (scope.global !== undefined) return run();
  scope.global = globalThis;
  try {
    return run();
  } finally {
    delete scope.global;
  }
}
