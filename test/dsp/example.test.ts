import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('the lesson from waveform to mel writes its page, and its own steps agree with the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sonograd-lesson-'));
  try {
    const page = join(folder, 'page.html');
    const sound = join(root, 'test/golden/dsp/wav/pcm_16_wav.wav');
    const script = join(root, 'packages/dsp/examples/waveformToMel.ts');
    const run = (...args: string[]) =>
      execFileSync(join(root, 'node_modules/.bin/tsx'), ['--conditions=sonograd-source', script, ...args], {
        cwd: folder,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    // Twelve samples are shorter than a frame: the lesson says so instead of drawing nothing.
    expect(() => run(sound, page)).toThrow('the signal is shorter than one frame, 12 < 512');
    expect(run()).toContain('8 steps written to waveform-to-mel.html');
    const html = readFileSync(join(folder, 'waveform-to-mel.html'), 'utf8');
    expect(html.match(/<svg/g)).toHaveLength(5);
    expect(html.match(/<img/g)).toHaveLength(3);
    const differences = [...html.matchAll(/differs? by ([\d.e+-]+) at most/g)].map(([, value]) =>
      Number(value),
    );
    expect(differences).toHaveLength(2);
    for (const difference of differences) expect(difference).toBeLessThan(1e-3);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
