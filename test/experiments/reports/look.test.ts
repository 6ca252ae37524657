import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { style } from '../../../packages/experiments/src/reports/style.ts';
import { writeReport } from '../../../packages/experiments/src/reports/writeReport.ts';
import { syntheticRun } from './syntheticRun.ts';

/** The colours of the page by name: those of the day come first, those of the night second. */
function palettes(): Record<string, string>[] {
  const blocks = Array.from(style.matchAll(/:root \{([^}]*)\}/g), ([, block]) => block ?? '');
  return blocks.map((block) =>
    Object.fromEntries(
      Array.from(block.matchAll(/--(\w+): (#[0-9a-f]{3,6});/g), ([, name, color]) => [name, color]),
    ),
  );
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(color: string): number {
  const digits = color.length === 4 ? color.slice(1).replaceAll(/./g, '$&$&') : color.slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

describe('colours', () => {
  test('there is a palette for the day and one for the night, with the same names', () => {
    const [day, night, ...others] = palettes();
    expect(others).toEqual([]);
    expect(Object.keys(night!)).toEqual(Object.keys(day!));
    expect(luminance(day!.paper!)).toBeGreaterThan(0.9);
    expect(luminance(night!.paper!)).toBeLessThan(0.02);
  });

  test.each(['day', 'night'])('by %s text stands out by 4.5 to 1 at least', (time) => {
    const palette = palettes()[time === 'day' ? 0 : 1]!;
    for (const text of ['ink', 'quiet', 'accent', 'c2']) {
      for (const ground of ['paper', 'card']) {
        expect(contrast(palette[text]!, palette[ground]!), `${text} on ${ground}`).toBeGreaterThan(4.5);
      }
    }
  });

  test.each(['day', 'night'])('by %s marks stand out by 2.8 to 1 at least', (time) => {
    const palette = palettes()[time === 'day' ? 0 : 1]!;
    for (let mark = 0; mark < 10; mark++) {
      expect(contrast(palette[`c${mark}`]!, palette.card!), `c${mark}`).toBeGreaterThan(2.8);
    }
  });

  test('every colour that is used is one of the palette, or given by its element', () => {
    const given = ['mark', 'share', 'digit', 'speaker'];
    const used = new Set(Array.from(style.matchAll(/var\(--(\w+)\)/g), ([, name]) => name));
    expect([...used].filter((name) => !(name! in palettes()[0]!) && !given.includes(name!))).toEqual([]);
  });

  test('every brace of the style is closed', () => {
    expect(style.match(/\{/g)!.length).toBe(style.match(/\}/g)!.length);
  });
});

describe('for those who do not see, or have no mouse', () => {
  const pageText = async () =>
    readFileSync(await writeReport([syntheticRun(), syntheticRun({ seed: 8 })]), 'utf8');

  const tags = (text: string, name: string): string[] =>
    text.match(new RegExp(`<${name}\\b[^>]*>`, 'g')) ?? [];

  test('every picture, drawing and player has words', async () => {
    const text = await pageText();
    for (const tag of tags(text, 'img')) expect(tag).toMatch(/ alt="[^"]+"/);
    for (const tag of tags(text, 'svg')) expect(tag).toMatch(/ role="img" aria-label="[^"]+"/);
    for (const tag of tags(text, 'audio')) expect(tag).toMatch(/ aria-label="[^"]+"/);
    expect(tags(text, 'svg').length).toBeGreaterThan(8);
  });

  test('no heading skips a rank', async () => {
    const ranks = Array.from((await pageText()).matchAll(/<h([1-6])/g), ([, rank]) => Number(rank));
    expect(ranks[0]).toBe(1);
    ranks.forEach((rank, index) => {
      if (index > 0) expect(rank - ranks[index - 1]!).toBeLessThanOrEqual(1);
    });
  });

  test('every head of a table has a scope, every table a caption', async () => {
    const text = await pageText();
    for (const tag of tags(text, 'th')) expect(tag).toMatch(/ scope="(row|col)"/);
    expect(tags(text, 'caption')).toHaveLength(tags(text, 'table').length);
  });

  test('what scrolls can be reached by keys, and has a name', async () => {
    for (const tag of tags(await pageText(), 'div class="scroll"')) {
      expect(tag).toMatch(/ role="region" aria-label="[^"]+" tabindex="0"/);
    }
  });

  test('the language is said, and there is a way past the navigation', async () => {
    const text = await pageText();
    expect(text).toContain('<html lang="en">');
    expect(text).toContain('<a class="skip" href="#main">');
    expect(text).toContain('<main id="main">');
  });

  test('the choices of one run leave those of another alone', async () => {
    const names = Array.from(
      (await pageText()).matchAll(/<input type="radio" name="([^"]+)"/g),
      ([, name]) => name,
    );
    expect(names).toHaveLength(4);
    expect(new Set(names).size).toBe(2);
  });
});
