// Reads the colour tokens and holds them to WCAG 2.2, 1.4.3: text at least 4.5:1 on every paper.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('../src/styles/tokens.css', import.meta.url), 'utf8');

function tokens(theme: 'light' | 'dark'): Map<string, string> {
  const block = new RegExp(`:root\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  return new Map([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] ?? '', m[2] ?? '']));
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const STATES = ['alarm', 'warning', 'offline', 'notice', 'normal'];

test.each(['light', 'dark'] as const)('every_text_colour_reads_on_every_paper_of_the_%s_theme', (theme) => {
  const colour = tokens(theme);
  const weak: string[] = [];
  for (const ink of ['ink', 'ink-soft', 'accent', ...STATES]) {
    for (const paper of ['paper', 'paper-sunk', 'paper-hover', 'accent-soft']) {
      const ratio = contrast(colour.get(ink) ?? '', colour.get(paper) ?? '');
      if (!(ratio >= 4.5)) weak.push(`${ink} on ${paper}: ${ratio.toFixed(2)}`);
    }
  }
  expect(weak).toEqual([]);
});

test.each(['light', 'dark'] as const)('icons_on_state_colours_read_in_the_%s_theme', (theme) => {
  const colour = tokens(theme);
  for (const state of STATES) {
    expect(contrast(colour.get(state) ?? '', colour.get('on-status') ?? '')).toBeGreaterThanOrEqual(4.5);
  }
});
