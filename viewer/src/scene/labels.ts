// Short texts and marks that stand in the scene at constant size: the figures of measurements, the
// corners of shapes, and what a pointer has caught.
//
// In: texts and marks in local metres. Out: an engine object. Called by scene/drawing. They are drawn
// twice: what is hidden faintly, what is seen fully. Pictures are drawn with 2D canvases, once each.
import { BufferAttribute, BufferGeometry, GLSL3, GreaterDepth, Group, LessEqualDepth, LinearFilter, Mesh, RawShaderMaterial, Texture, Vector2 } from 'three';
import { uncrowded } from './crowding';
import type { Vec } from './pose';
import type { Screen } from './viewport';

/** `corner` and `edge` say what was caught; `dot` is a corner of what was drawn. */
export type MarkShape = 'dot' | 'corner' | 'edge' | 'surface';

export interface Label {
  readonly at: Vec;
  /** A text on paper, or a mark. */
  readonly text?: string;
  readonly mark?: MarkShape;
  readonly strong?: boolean;
  /** Whether it says what the shape is about: where texts crowd, the others give way. */
  readonly main?: boolean;
}

/** Where a point appears, CSS pixels; null behind the eye. */
export type Project = (at: Vec) => { readonly x: number; readonly y: number } | null;

/** Colours of paper and ink; CSS. */
export interface LabelColours {
  readonly paper: string;
  readonly ink: string;
  readonly accent: string;
  readonly font: string;
}

const VERTEX = /* glsl */ `
precision highp float;
in vec2 corner;
uniform vec3 at;
uniform vec2 size;     // CSS pixels
uniform float lift;    // CSS pixels
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform vec2 screen;   // device pixels
uniform float ratio;   // device pixels per CSS pixel
out vec2 uvAt;
void main() {
  vec4 eye = viewMatrix * vec4(at, 1.);
  // A little nearer than the wall that it marks.
  eye.xyz *= 1. - min(.3 / length(eye.xyz) + .004, .5);
  vec4 clip = projectionMatrix * eye;
  vec2 px = ((corner - .5) * size + vec2(0., lift)) * ratio;
  gl_Position = vec4(clip.xy + px / screen * 2. * clip.w, clip.zw);
  uvAt = corner;
}`;

const FRAGMENT = /* glsl */ `
precision highp float;
in vec2 uvAt;
uniform sampler2D picture;
uniform float opacity;
out vec4 colour;
void main() {
  vec4 c = texture(picture, uvAt);
  if (c.a < .01) discard;
  colour = vec4(c.rgb, c.a * opacity);
}`;

/** How much of a label shows where something stands before it. */
const HIDDEN = 0.4;
const TEXT_PX = 13;
const PAD_PX = { x: 7, y: 4 };
const MARK_PX = 18;
/** Texts stand above their point, so that the line is seen. */
const LIFT_PX = 15;
/** Drawn finer than the screen needs, for pictures on paper. */
const FINE = 2;

interface Picture {
  readonly texture: Texture;
  readonly width: number;
  readonly height: number;
}

/** A text in the scene, with what draws it. */
interface Text {
  readonly label: Label;
  readonly picture: Picture;
  readonly meshes: readonly Mesh[];
}

export class Labels {
  readonly group = new Group();
  readonly #ratio: { value: number };
  readonly #screen = { value: new Vector2(1, 1) };
  readonly #geometry = new BufferGeometry();
  readonly #pictures = new Map<string, Picture>();
  #materials: RawShaderMaterial[] = [];
  #texts: Text[] = [];

  constructor(pixelRatio: number) {
    this.#ratio = { value: pixelRatio };
    this.#geometry.setAttribute('corner', new BufferAttribute(new Float32Array([0, 0, 1, 0, 1, 1, 0, 1]), 2));
    this.#geometry.setIndex([0, 1, 2, 0, 2, 3]);
  }

  /** Replaces all. */
  set(labels: readonly Label[], colours: LabelColours): void {
    this.#clear();
    const used = new Set<string>();
    for (const [i, label] of labels.entries()) {
      const key = JSON.stringify([label.text ?? '', label.mark ?? '', label.strong ?? false, colours]);
      const picture = this.#pictures.get(key) ?? draw(label, colours, this.#ratio.value * FINE);
      this.#pictures.set(key, picture);
      used.add(key);
      const meshes = [GreaterDepth, LessEqualDepth].map((depthFunc, pass) => this.#add(label, picture, pass, depthFunc, 300 + i * 2 + pass));
      if (label.text !== undefined) this.#texts.push({ label, picture, meshes });
    }
    for (const [key, { texture }] of this.#pictures) {
      if (used.has(key)) continue;
      texture.dispose();
      this.#pictures.delete(key);
    }
  }

  /** Leaves out the texts that would lie over others, as the camera stands now. */
  arrange(project: Project): void {
    const boxes = this.#texts.map(({ label, picture }) => {
      const at = project(label.at);
      return at && { x: at.x, y: at.y - LIFT_PX, width: picture.width, height: picture.height, weight: label.strong ? 2 : label.main ? 1 : 0 };
    });
    for (const [at, shown] of uncrowded(boxes).entries()) for (const mesh of this.#texts[at]?.meshes ?? []) mesh.visible = shown;
  }

  resize({ width, height, ratio }: Screen): void {
    this.#screen.value.set(width, height);
    this.#ratio.value = ratio;
  }

  dispose(): void {
    this.#clear();
    this.group.removeFromParent();
    this.#geometry.dispose();
    for (const { texture } of this.#pictures.values()) texture.dispose();
  }

  #add({ at, text }: Label, { texture, width, height }: Picture, pass: number, depthFunc: typeof GreaterDepth | typeof LessEqualDepth, order: number): Mesh {
    const material = new RawShaderMaterial({
      vertexShader: VERTEX, fragmentShader: FRAGMENT, glslVersion: GLSL3, transparent: true, depthWrite: false, depthFunc,
      uniforms: {
        at: { value: at }, size: { value: new Vector2(width, height) }, lift: { value: text === undefined ? 0 : LIFT_PX },
        screen: this.#screen, ratio: this.#ratio, picture: { value: texture }, opacity: { value: pass === 0 ? HIDDEN : 1 },
      },
    });
    const mesh = new Mesh(this.#geometry, material);
    mesh.frustumCulled = false;
    mesh.renderOrder = order;
    this.#materials.push(material);
    this.group.add(mesh);
    return mesh;
  }

  #clear(): void {
    this.group.clear();
    for (const material of this.#materials) material.dispose();
    this.#materials = [];
    this.#texts = [];
  }
}

/** Draws a label; width and height are CSS pixels. */
function draw(label: Label, colours: LabelColours, scale: number): Picture {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  const font = `${label.strong ? 600 : 400} ${TEXT_PX}px ${colours.font}`;
  let [width, height] = [MARK_PX, MARK_PX];
  if (context && label.text !== undefined) {
    context.font = font;
    [width, height] = [Math.ceil(context.measureText(label.text).width) + 2 * PAD_PX.x, TEXT_PX + 2 * PAD_PX.y + 2];
  }
  [canvas.width, canvas.height] = [Math.ceil(width * scale), Math.ceil(height * scale)];
  if (context) {
    context.scale(scale, scale);
    if (label.text !== undefined) paper(context, label.text, font, width, height, colours, label.strong ?? false);
    else mark(context, label.mark ?? 'dot', colours);
  }
  const texture = new Texture(canvas);
  texture.needsUpdate = true;
  texture.minFilter = texture.magFilter = LinearFilter;
  texture.generateMipmaps = false;
  return { texture, width: canvas.width / scale, height: canvas.height / scale };
}

function paper(context: CanvasRenderingContext2D, text: string, font: string, width: number, height: number, colours: LabelColours, strong: boolean): void {
  context.font = font;
  context.fillStyle = strong ? colours.accent : colours.paper;
  context.strokeStyle = colours.accent;
  context.beginPath();
  context.roundRect(0.5, 0.5, width - 1, height - 1, 4);
  context.fill();
  context.stroke();
  context.fillStyle = strong ? colours.paper : colours.ink;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  context.fillText(text, width / 2, height / 2 + 0.5);
}

function mark(context: CanvasRenderingContext2D, shape: MarkShape, { paper: white, accent }: LabelColours): void {
  const middle = MARK_PX / 2;
  context.beginPath();
  if (shape === 'dot') context.arc(middle, middle, 4, 0, 2 * Math.PI);
  else if (shape === 'corner') context.rect(middle - 6, middle - 6, 12, 12);
  else if (shape === 'edge') {
    context.moveTo(middle, middle - 7);
    context.lineTo(middle + 7, middle + 5);
    context.lineTo(middle - 7, middle + 5);
    context.closePath();
  } else {
    context.arc(middle, middle, 5, 0, 2 * Math.PI);
  }
  context.lineJoin = 'round';
  context.lineWidth = 4;
  context.strokeStyle = white;
  context.stroke();
  context.lineWidth = 2;
  context.strokeStyle = accent;
  context.stroke();
  if (shape !== 'dot') return;
  context.fillStyle = white;
  context.fill();
}
