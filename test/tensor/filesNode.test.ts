import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  loadNpy,
  loadNpz,
  loadSafetensors,
  readFile,
  saveNpy,
  saveNpz,
  saveSafetensors,
  writeFileAtomic,
} from '../../packages/tensor/src/files/node.ts';
import { float32, int32 } from './filesGolden.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sonograd-node-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('the package offers them under @sonograd/tensor/files', async () => {
  const offered = await import('@sonograd/tensor/files');
  expect(offered.loadSafetensors).toBe(loadSafetensors);
});

describe('save and load', () => {
  const weight = float32([2, 2], [1, 2, 3, 4.5]);
  const label = int32([1], [7]);

  test('safetensors', () => {
    const path = join(folder, 'model.safetensors');
    saveSafetensors(path, { weight, label }, { epoch: '3' });
    const { tensors, metadata } = loadSafetensors(path);
    expect(Object.fromEntries(tensors)).toEqual({ weight, label });
    expect(metadata.get('epoch')).toBe('3');
    saveSafetensors(path, { label });
    expect([...loadSafetensors(path).tensors.keys()]).toEqual(['label']);
  });

  test('npy and npz', () => {
    saveNpy(join(folder, 'x.npy'), weight);
    expect(loadNpy(join(folder, 'x.npy'))).toEqual(weight);
    saveNpz(join(folder, 'x.npz'), { weight, label });
    expect(Object.fromEntries(loadNpz(join(folder, 'x.npz')))).toEqual({ weight, label });
    expect(() => loadNpz(join(folder, 'x.npz'), { maximumBytes: 10 })).toThrow('past maximumBytes=10');
  });

  test('a path that is not there', () => {
    expect(() => loadNpy(join(folder, 'none.npy'))).toThrow('ENOENT');
  });
});

describe('writeFileAtomic', () => {
  test('writes, replaces, and leaves nothing beside', () => {
    const path = join(folder, 'x.bin');
    writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    writeFileAtomic(path, new Uint8Array(300_000).fill(5));
    expect(Buffer.compare(readFile(path), new Uint8Array(300_000).fill(5))).toBe(0);
    writeFileAtomic(path, new Uint8Array(0));
    expect(statSync(path).size).toBe(0);
    expect(readdirSync(folder)).toEqual(['x.bin']);
  });

  test('when the rename fails, the target stays and the temporary goes', () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'kept');
    expect(() => writeFileAtomic(path, Uint8Array.of(1))).toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(readdirSync(path)).toEqual(['inside']);
  });

  test('when the folder is missing, the error says so', () => {
    expect(() => writeFileAtomic(join(folder, 'no', 'x.bin'), Uint8Array.of(1))).toThrow('ENOENT');
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });

  test('a process killed at any time leaves the old file or the new one, whole', () => {
    const path = join(folder, 'x.bin');
    const module = new URL('../../packages/tensor/src/files/node.ts', import.meta.url).href;
    writeFileAtomic(path, new Uint8Array(2_000_000).fill(1));
    const script = `
      import { writeFileAtomic } from ${JSON.stringify(module)};
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20);
      for (let fill = 2; ; fill = fill === 2 ? 3 : 2) {
        writeFileAtomic(${JSON.stringify(path)}, new Uint8Array(2_000_000).fill(fill));
        await new Promise(setImmediate);
      }`;
    const flags = ['--import', 'tsx', '--input-type=module', '-e', script];
    expect(() => execFileSync(process.execPath, flags, { stdio: 'pipe' })).toThrow('SIGKILL');
    const bytes = readFile(path);
    expect(bytes.length).toBe(2_000_000);
    expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
  });
});
