// What tools that paint share: colours as style sheets write them, and what a model is painted as.
//
// In: `#ffffcc` or, minified, `#ffc`; the models of the place. Out: parts of 1; ids of buildings.
import { models } from '../state/models';

export function readHex(text: string): readonly [red: number, green: number, blue: number] {
  const digits = text.slice(1);
  const size = digits.length === 3 ? 1 : 2;
  const [r = 0, g = 0, b = 0] = [0, 1, 2].map((k) => Number.parseInt(digits.slice(k * size, (k + 1) * size).repeat(3 - size), 16) / 255);
  return [r, g, b];
}

/** The building that the model stands for which has an object; nothing if it stands for none. Takes the models as they are now. */
export function buildingOf(): (id: string) => string | undefined {
  const stands = new Map(models.value.flatMap(({ source, replaces }) => (replaces[0] === undefined ? [] : [[source, replaces[0]] as const])));
  return (id) => stands.get(id.slice(0, id.indexOf('/')));
}
