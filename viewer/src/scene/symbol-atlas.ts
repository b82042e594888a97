// Pictures of symbols, drawn once each into one texture.
//
// In: what a symbol should look like. Out: its cell in the texture. Called by scene/symbols. A symbol
// is a pin: a head with an icon, a thin stem, a foot where the thing stands.
import { CanvasTexture, LinearFilter, SRGBColorSpace, type Texture } from 'three';

/** Everything that makes one picture differ from another. */
export interface SymbolLook {
  /** Path data in a 24 × 24 box. */
  readonly icon: string;
  readonly shape: string;
  readonly fill: string;
  readonly ink: string;
  readonly dashed: boolean;
  readonly urgent: boolean;
  readonly selected: boolean;
  /** Far away and nothing to tell: a dot, or a bubble with the count. */
  readonly small: boolean;
  /** Things gathered under this symbol, itself included. */
  readonly count: number;
}

/** A cell, CSS pixels: head at the top, foot at the middle of the lower edge. */
export const CELL = { width: 64, height: 88 };
/** Where the centre of the head is above the foot, and how far it reaches. */
export const HEAD = { above: 50, radius: 17 };
export const SMALL_HEAD = { above: 24, radius: 11 };

const INK = '#2b2f31';
const PAPER = '#fffefb';
const ACCENT = '#0a5c6b';

export class SymbolAtlas {
  readonly texture: Texture;
  /** Cells in the texture, for the shader: columns and rows. */
  readonly columns: number;
  readonly rows: number;
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #cells = new Map<string, number>();
  readonly #ratio: number;

  constructor(pixelRatio: number) {
    this.#ratio = pixelRatio;
    const side = pixelRatio > 1 ? 2048 : 1024;
    this.columns = Math.floor(side / (CELL.width * pixelRatio));
    this.rows = Math.floor(side / (CELL.height * pixelRatio));
    this.#canvas = document.createElement('canvas');
    this.#canvas.width = this.columns * CELL.width * pixelRatio;
    this.#canvas.height = this.rows * CELL.height * pixelRatio;
    const context = this.#canvas.getContext('2d');
    if (!context) throw new Error('the browser gives no 2D canvas');
    this.#context = context;
    this.texture = new CanvasTexture(this.#canvas);
    this.texture.colorSpace = SRGBColorSpace;
    this.texture.generateMipmaps = false;
    this.texture.minFilter = LinearFilter;
    this.texture.flipY = false;
    this.texture.premultiplyAlpha = true;
  }

  /** The cell of a look, drawn now if it is new; null if the texture is full: then clear and ask again. */
  cell(look: SymbolLook): number | null {
    const key = JSON.stringify(look);
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const cell = this.#cells.size;
    if (cell >= this.columns * this.rows) return null;
    this.#cells.set(key, cell);
    this.#draw(cell, look);
    this.texture.needsUpdate = true;
    return cell;
  }

  clear(): void {
    this.#cells.clear();
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  dispose(): void {
    this.texture.dispose();
    this.#canvas.width = 0;
  }

  #draw(cell: number, look: SymbolLook): void {
    const c = this.#context;
    const [x, y] = [(cell % this.columns) * CELL.width, Math.floor(cell / this.columns) * CELL.height];
    const foot = { x: x + CELL.width / 2, y: y + CELL.height - 4 };
    const head = { x: foot.x, y: foot.y - HEAD.above };
    const reset = (): void => c.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    reset();
    if (look.small) {
      this.#bubble(foot, look);
      return;
    }
    this.#stem(foot, head, look);
    const size = (look.urgent ? 38 : look.shape.includes('l9.6') ? 37 : 32) + (look.selected ? 4 : 0);
    const inBox = (box: number): void => {
      reset();
      c.translate(head.x - box / 2, head.y - box / 2);
      c.scale(box / 24, box / 24);
    };
    inBox(size);
    const shape = new Path2D(look.shape);
    c.shadowColor = 'rgba(20, 26, 30, 0.45)';
    c.shadowBlur = 4 * this.#ratio;
    c.shadowOffsetY = this.#ratio;
    c.lineJoin = 'round';
    c.lineWidth = ((look.selected ? 9 : 3.6) * 24) / size;
    c.strokeStyle = look.selected ? ACCENT : PAPER;
    c.stroke(shape);
    c.shadowColor = 'transparent';
    if (look.selected) {
      c.lineWidth = (4.4 * 24) / size;
      c.strokeStyle = PAPER;
      c.stroke(shape);
    }
    c.fillStyle = look.fill;
    c.fill(shape);
    if (look.dashed) {
      c.lineWidth = (1.8 * 24) / size;
      c.strokeStyle = look.ink;
      c.setLineDash([3.4, 2.4]);
      c.stroke(shape);
      c.setLineDash([]);
    }
    inBox(look.urgent ? 21 : 18);
    c.lineWidth = 2.1;
    c.lineCap = 'round';
    c.strokeStyle = look.ink;
    c.stroke(new Path2D(look.icon));
    reset();
    if (look.count > 1) this.#badge(head, look.count > 99 ? '99+' : String(look.count));
  }

  #bubble(foot: { x: number; y: number }, look: SymbolLook): void {
    const c = this.#context;
    const head = { x: foot.x, y: foot.y - SMALL_HEAD.above };
    this.#stem(foot, head, look);
    c.beginPath();
    c.arc(head.x, head.y, look.count > 1 ? SMALL_HEAD.radius - 1 : 6, 0, Math.PI * 2);
    c.lineWidth = 3.6;
    c.strokeStyle = PAPER;
    c.fillStyle = look.fill;
    c.stroke();
    c.fill();
    if (look.count < 2) return;
    c.font = '600 12px "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
    c.fillStyle = look.ink;
    c.textAlign = 'center';
    c.textBaseline = 'middle';
    c.fillText(look.count > 99 ? '99' : String(look.count), head.x, head.y + 0.5);
  }

  #stem(foot: { x: number; y: number }, head: { x: number; y: number }, look: SymbolLook): void {
    const c = this.#context;
    const colour = look.selected ? ACCENT : INK;
    for (const [width, style] of [[4, PAPER], [1.8, colour]] as const) {
      c.lineWidth = width;
      c.strokeStyle = style;
      c.lineCap = 'butt';
      c.beginPath();
      c.moveTo(foot.x, foot.y);
      c.lineTo(head.x, head.y);
      c.stroke();
      c.beginPath();
      c.arc(foot.x, foot.y - 1, 1.6 + width / 4, 0, Math.PI * 2);
      c.fillStyle = style;
      c.fill();
    }
  }

  #badge(head: { x: number; y: number }, text: string): void {
    const c = this.#context;
    c.font = '600 12px "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
    const width = Math.max(18, c.measureText(text).width + 9);
    const [x, y] = [Math.min(head.x + 5, head.x + CELL.width / 2 - width - 1), head.y - 24];
    c.beginPath();
    c.roundRect(x, y, width, 18, 9);
    c.fillStyle = INK;
    c.strokeStyle = PAPER;
    c.lineWidth = 3;
    c.stroke();
    c.fill();
    c.fillStyle = PAPER;
    c.textAlign = 'center';
    c.textBaseline = 'middle';
    c.fillText(text, x + width / 2, y + 9.5);
  }
}
