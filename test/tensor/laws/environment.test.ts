import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program in a process of its own, where nothing has been imported yet. */
function runAlone(program: string, environment: Record<string, string> = {}, flags: readonly string[] = []) {
  const given = [
    ...flags,
    '--conditions=sonograd-source',
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    program,
  ];
  const surroundings = { ...process.env, SONOGRAD_ENGINE: '', SONOGRAD_THREADS: '', ...environment };
  return new Promise<Outcome>((resolve, reject) => {
    const child = spawn(process.execPath, given, { cwd: root, env: surroundings });
    const said = { output: '', errors: '' };
    child.stdout.on('data', (chunk) => {
      said.output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: said.output.trim(), errors: said.errors }));
  });
}

const sayEngine = `
  import { engine, tensor } from '@sonograd/tensor';
  const sum = tensor([1, 2, 3]).sum().item();
  console.log(engine().name, engine().threads, sum);
  process.exit(0);
`;

describe.concurrent('what the environment says', () => {
  test.each([
    ['reference', '', 'reference 1 6'],
    ['simd', '', 'simd 1 6'],
    ['simd', '3', 'simd 1 6'],
    ['threads', '2', 'threads 2 6'],
    ['', '1', 'simd 1 6'],
    ['', '2', 'threads 2 6'],
  ])('SONOGRAD_ENGINE=%s SONOGRAD_THREADS=%s: %s', async (name, threads, expected) => {
    const { output, errors } = await runAlone(sayEngine, {
      SONOGRAD_ENGINE: name,
      SONOGRAD_THREADS: threads,
    });
    expect(output, errors).toBe(expected);
  });

  test('an engine that there is not is named in the first error', async () => {
    const { code, errors } = await runAlone(sayEngine, { SONOGRAD_ENGINE: 'gpu' });
    expect(code).not.toBe(0);
    expect(errors).toContain('SONOGRAD_ENGINE: must be one of reference, simd, threads, got gpu');
  });

  test('a number of threads that is no number is named in the first error', async () => {
    const { code, errors } = await runAlone(sayEngine, { SONOGRAD_THREADS: 'many' });
    expect(code).not.toBe(0);
    expect(errors).toContain('SONOGRAD_THREADS: not a whole number, many');
  });
});

describe.concurrent('garbage collection', () => {
  const collect = `
    import { keep, memory, noGrad, scope, setEngine, zeros } from '@sonograd/tensor';
    setEngine('simd');
    const settle = async () => {
      for (let round = 0; round < 5; round++) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const blocks = () => memory().liveBlocks;
    await settle();
    const before = blocks();
  `;
  const alone = (program: string) => runAlone(`${collect}${program}\nprocess.exit(0);`, {}, ['--expose-gc']);

  test('frees what lived outside every scope and was let go', async () => {
    const { output, errors } = await alone(`
      (() => { for (let at = 0; at < 20; at++) zeros([1000]); })();
      const during = blocks() - before;
      await settle();
      console.log(during, blocks() - before);
    `);
    expect(output, errors).toBe('20 0');
  });

  test('leaves alone what somebody still holds', async () => {
    const { output, errors } = await alone(`
      const held = zeros([1000]);
      await settle();
      console.log(blocks() - before, held.data[999]);
    `);
    expect(output, errors).toBe('1 0');
  });

  test('leaves the memory alone of which somebody holds a view', async () => {
    const { output, errors } = await alone(`
      const view = (() => { const x = zeros([1000]); x.data[5] = 7; return x.data; })();
      await settle();
      (() => { for (let at = 0; at < 50; at++) zeros([1000]); })();
      console.log(view[5]);
    `);
    expect(output, errors).toBe('7');
  });

  test('frees what was kept, once it was let go', async () => {
    const { output, errors } = await alone(`
      (() => { scope(() => { keep(zeros([1000])); }); })();
      const during = blocks() - before;
      await settle();
      console.log(during, blocks() - before);
    `);
    expect(output, errors).toBe('1 0');
  });

  test('never frees twice what was freed by hand', async () => {
    const { output, errors } = await alone(`
      (() => { for (let at = 0; at < 20; at++) zeros([1000]).dispose(); })();
      const fresh = Array.from({ length: 20 }, () => zeros([1000]).add(1));
      await settle();
      console.log(fresh.every((x) => x.data.every((value) => value === 1)));
    `);
    expect(output, errors).toBe('true');
  });

  test('frees a graph that nobody ran backward', async () => {
    const { output, errors } = await alone(`
      (() => {
        const x = zeros([1000], { requiresGrad: true });
        let y = x;
        for (let at = 0; at < 10; at++) y = y.exp();
      })();
      const during = blocks() - before;
      await settle();
      console.log(during, blocks() - before);
    `);
    expect(output, errors).toBe('11 0');
  });
});
