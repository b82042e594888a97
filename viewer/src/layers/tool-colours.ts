// The colours in which tools draw, from the style sheet, so that they follow the theme.
//
// In: the page's style. Out: colours for labels and lines. Called by the layers of tools.
import type { LabelColours } from '../scene/labels';

/** Reads the colours of the theme as it is now: call it before a drawing, when the page has its theme. */
export function labelColours(): LabelColours {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return { paper: colour('paper'), ink: colour('ink'), accent: colour('accent'), font: colour('font') };
}

/** The accent of the light theme: lines have a white edge in both. */
export const TOOL_TINT = [0.039, 0.361, 0.42] as const;
