// Colours as style sheets write them. In: `#ffffcc` or, minified, `#ffc`. Out: parts of 1. Pure.
export function readHex(text: string): readonly [red: number, green: number, blue: number] {
  const digits = text.slice(1);
  const size = digits.length === 3 ? 1 : 2;
  const [r = 0, g = 0, b = 0] = [0, 1, 2].map((k) => Number.parseInt(digits.slice(k * size, (k + 1) * size).repeat(3 - size), 16) / 255);
  return [r, g, b];
}
