import { describe, expect, test } from 'vitest';
import { encodeModule, type FunctionCode } from '../../packages/wasm/src/assembler/module.ts';

const memory = { shared: true, maximumPages: 16 };
const sharedMemory = () => new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true });

/** local.get 0; local.get 1; i32.add */
const add: FunctionCode = {
  name: 'add',
  parameters: ['i32', 'i32'],
  results: ['i32'],
  locals: [],
  code: Uint8Array.of(0x20, 0, 0x20, 1, 0x6a),
  exported: true,
};

function compile(functions: readonly FunctionCode[], options = memory): WebAssembly.Module {
  return new WebAssembly.Module(encodeModule(options, functions));
}

describe('encodeModule', () => {
  test('a module without functions is a module', () => {
    expect(WebAssembly.validate(encodeModule(memory, []))).toBe(true);
  });

  test('exported functions can be called', () => {
    const { exports } = new WebAssembly.Instance(compile([add]), { env: { memory: sharedMemory() } });
    expect((exports.add as (a: number, b: number) => number)(2, 40)).toBe(42);
  });

  test('it imports a memory, shared or not', () => {
    expect(WebAssembly.Module.imports(compile([add]))).toEqual([
      { module: 'env', name: 'memory', kind: 'memory' },
    ]);
    const own = compile([add], { shared: false, maximumPages: 16 });
    const plain = new WebAssembly.Memory({ initial: 1, maximum: 16 });
    expect(() => new WebAssembly.Instance(own, { env: { memory: plain } })).not.toThrow();
    expect(() => new WebAssembly.Instance(own, { env: { memory: sharedMemory() } })).toThrow(
      WebAssembly.LinkError,
    );
  });

  test('only what is exported is seen, under its own index', () => {
    const helper = { ...add, name: 'helper', exported: false };
    const module = compile([helper, { ...add, code: Uint8Array.of(0x20, 0, 0x20, 1, 0x10, 0) }]);
    expect(WebAssembly.Module.exports(module)).toEqual([{ name: 'add', kind: 'function' }]);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: sharedMemory() } });
    expect((exports.add as (a: number, b: number) => number)(20, 22)).toBe(42);
  });

  test('functions of one type share it', () => {
    const one = encodeModule(memory, [add]).length;
    const two = encodeModule(memory, [add, { ...add, exported: false }]).length;
    const other = encodeModule(memory, [
      add,
      { ...add, parameters: ['i32', 'i32', 'f32'], exported: false },
    ]).length;
    expect(other - two).toBe(7);
    expect(two - one).toBeLessThan(20);
  });

  test('locals are declared in runs of one type; vectors of all kinds are one type', () => {
    const withLocals = { ...add, locals: ['i32', 'i32', 'f32x4', 'i32x4', 'f64x2', 'f32'] as const };
    const bytes = encodeModule(memory, [withLocals]);
    const declaration = [3, 2, 0x7f, 3, 0x7b, 1, 0x7d];
    expect([...bytes].join()).toContain(declaration.join());
    expect(WebAssembly.validate(bytes)).toBe(true);
  });

  test('the name section tells functions by name', () => {
    const [section] = WebAssembly.Module.customSections(compile([add]), 'name');
    expect(new TextDecoder().decode(section)).toContain('add');
  });

  test('local names are there when they are given', () => {
    const bytes = encodeModule(memory, [{ ...add, localNames: ['left', 'right'] }]);
    const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), 'name');
    expect(new TextDecoder().decode(section)).toMatch(/left.*right/s);
  });

  test('a body longer than its buffers arrives whole', () => {
    const nops = new Uint8Array(100_000).fill(0x01);
    const long = { ...add, code: Uint8Array.of(...add.code.slice(0, 2), ...nops, ...add.code.slice(2)) };
    const { exports } = new WebAssembly.Instance(compile([long]), { env: { memory: sharedMemory() } });
    expect((exports.add as (a: number, b: number) => number)(1, 2)).toBe(3);
  });
});
