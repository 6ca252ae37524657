import { ByteWriter } from '../assembler/bytes.ts';
import { encodeModule } from '../assembler/module.ts';
import { mulAdd, opcodes } from '../language/node.ts';

/**
 * `fast` lets `mulAdd` round once where the machine can (relaxed SIMD): half the instructions, and the last bit
 * may differ from machine to machine. `strict` rounds twice and gives the same bits everywhere.
 */
export type Numerics = 'fast' | 'strict';

let chosen: Numerics = 'fast';
let supported: boolean | undefined;
let compiled = false;

export function setNumerics(numerics: Numerics): void {
  if (numerics !== 'fast' && numerics !== 'strict') {
    throw new TypeError(`setNumerics: must be 'fast' or 'strict', ${String(numerics)}`);
  }
  if (compiled && numerics !== chosen) {
    throw new Error(`setNumerics: must come before the first kernel runs, they are compiled as ${chosen}`);
  }
  chosen = numerics;
}

export function numerics(): Numerics {
  return chosen;
}

/** Whether `mulAdd` is one instruction. */
export function relaxedMadd(): boolean {
  return chosen === 'fast' && relaxedSupported();
}

/** From now on the choice stands. */
export function numericsInUse(): void {
  compiled = true;
}

/** Node 20 has relaxed SIMD behind a flag, which takes effect when it is set before the first compilation. */
export function relaxedSupported(): boolean {
  if (supported === undefined) {
    const probe = probeModule();
    supported = WebAssembly.validate(probe) || (raiseNodeFlag() && WebAssembly.validate(probe));
  }
  return supported;
}

interface V8Module {
  setFlagsFromString(flags: string): void;
}

/** Reached through `process`, so that bundlers for the browser find nothing to resolve. */
function raiseNodeFlag(): boolean {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const v8 = process?.getBuiltinModule?.('node:v8') as V8Module | undefined;
  v8?.setFlagsFromString('--experimental-wasm-relaxed-simd');
  return v8 !== undefined;
}

/** One function whose body is a relaxed f32x4 mulAdd of three zeros. */
function probeModule(): Uint8Array<ArrayBuffer> {
  const code = new ByteWriter();
  for (let operand = 0; operand < 3; operand++) {
    code.opcode(opcodes.v128Const);
    code.append(new Uint8Array(16));
  }
  code.opcode(mulAdd.f32x4);
  const probe = { name: 'probe', parameters: [], results: ['f32x4' as const], locals: [], exported: false };
  return encodeModule({ shared: false, maximumPages: 1 }, [{ ...probe, code: code.finish() }]);
}
