// The frame of a picture: title above; scale, north arrow, legend, time and source on it.
//
// In: the drawn scene and texts. Out: a canvas. Called by the card of pictures. Sizes follow the scale of
// the scene, so that a sheet of paper and a screen look alike.
import { niceLength } from '../state/scale';
import type { Taken } from '../state/picture';

export interface LegendRow {
  readonly text: string;
  readonly colour?: string;
}

export interface FrameTexts {
  readonly title: string;
  readonly foot: string;
  readonly north: string;
  readonly scaleText: (length_m: number) => string;
  readonly legend: readonly { readonly title: string; readonly rows: readonly LegendRow[] }[];
}

export interface FrameColours {
  readonly paper: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly font: string;
}

/** CSS pixels, before scaling. */
const HEAD = 44;
const FOOT = 28;
const PAD = 16;
const MOST_ROWS = 14;

/** Heights of the strips above and below the scene, pixels. */
export const strips = (scale: number): { head: number; foot: number } => ({ head: Math.round(HEAD * scale), foot: Math.round(FOOT * scale) });

export function framed(taken: Taken, texts: FrameTexts, colours: FrameColours): HTMLCanvasElement {
  const { image, scale } = taken;
  const { head, foot } = strips(scale);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height + head + foot];
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, head);
  context.scale(scale, scale);
  const [width, height] = [canvas.width / scale, canvas.height / scale];
  const font = (size: number, bold = false): string => `${bold ? 600 : 400} ${size}px ${colours.font}`;
  context.textBaseline = 'middle';
  context.fillStyle = colours.ink;
  context.font = font(18, true);
  context.fillText(texts.title, PAD, HEAD / 2, width - 2 * PAD);
  context.fillStyle = colours.soft;
  context.font = font(11);
  context.fillText(texts.foot, PAD, height - FOOT / 2, width - 2 * PAD);
  scaleBar(context, taken, texts, colours, height - FOOT - PAD, font);
  northArrow(context, taken.heading_deg, texts.north, colours, width - PAD - 22, HEAD + PAD + 22, font);
  legend(context, texts, colours, height - FOOT - PAD, width, font);
  return canvas;
}

type Font = (size: number, bold?: boolean) => string;

function paper(context: CanvasRenderingContext2D, colours: FrameColours, x: number, y: number, width: number, height: number): void {
  context.fillStyle = colours.paper;
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(x, y, width, height, 6);
  context.fill();
  context.stroke();
}

function scaleBar(context: CanvasRenderingContext2D, { metresPerPixel, scale }: Taken, { scaleText }: FrameTexts, colours: FrameColours, bottom: number, font: Font): void {
  const perCss_m = metresPerPixel * scale;
  if (!(perCss_m > 0)) return;
  const length_m = niceLength(perCss_m * 140);
  const length = length_m / perCss_m;
  const text = scaleText(length_m);
  context.font = font(12);
  const width = Math.max(length, context.measureText(text).width) + 24;
  paper(context, colours, PAD, bottom - 40, width, 40);
  context.fillStyle = colours.ink;
  context.fillText(text, PAD + 12, bottom - 26);
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(PAD + 12, bottom - 14);
  context.lineTo(PAD + 12, bottom - 9);
  context.lineTo(PAD + 12 + length, bottom - 9);
  context.lineTo(PAD + 12 + length, bottom - 14);
  context.stroke();
}

function northArrow(context: CanvasRenderingContext2D, heading_deg: number, north: string, colours: FrameColours, x: number, y: number, font: Font): void {
  paper(context, colours, x - 22, y - 22, 44, 44);
  context.save();
  context.translate(x, y);
  context.rotate((-heading_deg * Math.PI) / 180);
  context.fillStyle = colours.ink;
  context.beginPath();
  context.moveTo(0, -9);
  context.lineTo(6, 14);
  context.lineTo(0, 10);
  context.lineTo(-6, 14);
  context.closePath();
  context.fill();
  context.font = font(10, true);
  context.textAlign = 'center';
  context.fillText(north, 0, -15);
  context.restore();
}

function legend(context: CanvasRenderingContext2D, texts: FrameTexts, colours: FrameColours, bottom: number, right: number, font: Font): void {
  // No higher than what the north arrow leaves.
  const room = Math.floor((bottom - HEAD - PAD - 60 - 16) / 20);
  const rows = texts.legend.flatMap(({ title, rows: of }) => [{ text: title, head: true, colour: undefined }, ...of.slice(0, MOST_ROWS).map((row) => ({ ...row, head: false }))]).slice(0, room);
  if (rows.length === 0) return;
  context.font = font(12);
  const width = Math.min(320, Math.max(...rows.map(({ text }) => context.measureText(text).width)) + 48);
  const height = rows.length * 20 + 16;
  const [x, y] = [right - PAD - width, bottom - height];
  paper(context, colours, x, y, width, height);
  rows.forEach(({ text, head, colour }, i) => {
    const middle = y + 8 + i * 20 + 10;
    if (colour !== undefined) {
      context.fillStyle = colour;
      context.beginPath();
      context.arc(x + 18, middle, 5, 0, 2 * Math.PI);
      context.fill();
      // Offline is told by an outline, in the scene too.
      context.strokeStyle = colours.soft;
      context.lineWidth = 1;
      context.stroke();
    }
    context.fillStyle = head ? colours.soft : colours.ink;
    context.font = font(12, head);
    context.fillText(text, x + (head ? 12 : 32), middle, width - (head ? 24 : 44));
  });
}
