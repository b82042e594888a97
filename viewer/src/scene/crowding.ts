// Which of the texts in the scene are drawn where they would lie over each other. No GPU, no engine.
//
// In: the boxes of texts on screen, CSS pixels, each with its weight. Out: which of them are drawn. Called by
// scene/labels before each drawing. Unlike symbols, texts are not gathered: the one that is left out shows
// once the camera comes nearer. Quadratic in the texts that are drawn; a tool has some hundreds.

export interface TextBox {
  /** Its middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of two that lie over each other, the heavier is drawn; of equals, the first. */
  readonly weight: number;
}

/** Air between two texts, CSS pixels. */
const AIR_PX = 2;

/** Whether each is drawn. Those without a box (behind the eye) are not. */
export function uncrowded(boxes: readonly (TextBox | null)[]): boolean[] {
  const drawn = boxes.map(() => false);
  const kept: TextBox[] = [];
  const order = boxes.flatMap((box, at) => (box ? [{ box, at }] : [])).sort((a, b) => b.box.weight - a.box.weight || a.at - b.at);
  for (const { box, at } of order) {
    if (kept.some((other) => overlap(box, other))) continue;
    kept.push(box);
    drawn[at] = true;
  }
  return drawn;
}

const overlap = (a: TextBox, b: TextBox): boolean =>
  Math.abs(a.x - b.x) * 2 < a.width + b.width + 2 * AIR_PX && Math.abs(a.y - b.y) * 2 < a.height + b.height + 2 * AIR_PX;
