// Mouse, wheel and touch on the canvas, turned into camera moves. No engine.
//
// In: pointer events. Out: calls into a `Mover` and taps. Owned by the navigation layer. What the
// pointer grabs stays under the pointer; what it points at is the pivot.

/** What gestures do; places are CSS pixels on the canvas. */
export interface Mover {
  /** A gesture begins at a place. */
  grab(x: number, y: number): void;
  /** The grabbed point follows the pointer. */
  pan(x: number, y: number): void;
  /** Turns about the grabbed point, radians. */
  turn(heading_rad: number, pitch_rad: number): void;
  /** Moves towards (below 1) or away from the grabbed point. */
  zoom(factor: number): void;
  /** Wheel: towards what is under the pointer, smoothly. */
  wheel(x: number, y: number, factor: number): void;
  release(): void;
  tap(x: number, y: number, touch: boolean): void;
  doubleTap(x: number, y: number): void;
  hover(x: number, y: number): void;
  leave(): void;
}

/** Movement below which a press is a tap, CSS pixels. */
const SLOP = { mouse: 4, touch: 10 };
const DOUBLE_TAP_MS = 320;
const DOUBLE_TAP_PX = 24;
/** A drag across this many pixels turns by one radian. */
const TURN_PX = 220;

interface Finger {
  x: number;
  y: number;
}

type Mode = 'idle' | 'press' | 'pan' | 'turn' | 'pinch';

/** Listens on `canvas` until the returned function is called. */
export function control(canvas: HTMLElement, mover: Mover): () => void {
  const fingers = new Map<number, Finger>();
  const last = { time: -1e9, x: 0, y: 0 };
  let mode: Mode = 'idle';
  let start: Finger = { x: 0, y: 0 };
  let turning = false;

  const at = (event: MouseEvent): Finger => {
    const box = canvas.getBoundingClientRect();
    // A wall shows its canvas larger than it is laid out.
    const k = canvas.clientWidth / box.width || 1;
    return { x: (event.clientX - box.left) * k, y: (event.clientY - box.top) * k };
  };
  const middle = (): Finger & { spread: number; angle: number } => {
    const [a, b] = [...fingers.values()];
    if (!a || !b) return { x: 0, y: 0, spread: 1, angle: 0 };
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, spread: Math.max(Math.hypot(b.x - a.x, b.y - a.y), 1), angle: Math.atan2(b.y - a.y, b.x - a.x) };
  };

  const down = (event: PointerEvent): void => {
    const p = at(event);
    fingers.set(event.pointerId, p);
    canvas.setPointerCapture(event.pointerId);
    if (fingers.size === 1) {
      mode = 'press';
      start = p;
      turning = event.button === 1 || event.button === 2 || event.ctrlKey || event.shiftKey || event.metaKey;
    } else if (fingers.size === 2) {
      mode = 'pinch';
      const m = middle();
      mover.grab(m.x, m.y);
    }
  };

  const move = (event: PointerEvent): void => {
    const p = at(event);
    const before = fingers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === 'mouse') mover.hover(p.x, p.y);
      return;
    }
    if (mode === 'pinch') {
      const a = middle();
      fingers.set(event.pointerId, p);
      const b = middle();
      if (fingers.size !== 2) return;
      mover.zoom(a.spread / b.spread);
      const twist = b.angle - a.angle;
      mover.turn(-(twist - 2 * Math.PI * Math.round(twist / (2 * Math.PI))), -(b.y - a.y) / TURN_PX);
      return;
    }
    fingers.set(event.pointerId, p);
    const slop = event.pointerType === 'mouse' ? SLOP.mouse : SLOP.touch;
    if (mode === 'press' && Math.hypot(p.x - start.x, p.y - start.y) > slop) {
      mode = turning ? 'turn' : 'pan';
      mover.leave();
      mover.grab(start.x, start.y);
    }
    if (mode === 'pan') mover.pan(p.x, p.y);
    if (mode === 'turn') mover.turn((p.x - before.x) / TURN_PX, -(p.y - before.y) / TURN_PX);
  };

  const up = (event: PointerEvent): void => {
    if (!fingers.delete(event.pointerId)) return;
    const p = at(event);
    if (mode === 'press' && event.type === 'pointerup' && !turning) {
      const again = event.timeStamp - last.time < DOUBLE_TAP_MS && Math.hypot(p.x - last.x, p.y - last.y) < DOUBLE_TAP_PX;
      Object.assign(last, { time: again ? -1e9 : event.timeStamp, ...p });
      if (again) mover.doubleTap(p.x, p.y);
      else mover.tap(p.x, p.y, event.pointerType === 'touch');
    }
    const [left] = fingers.values();
    if (left) {
      // One finger of two lifted: the other goes on, from where it is.
      mode = 'pan';
      mover.grab(left.x, left.y);
    } else {
      mode = 'idle';
      mover.release();
    }
  };

  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const p = at(event);
    // Lines and pages count as pixels; a pinch on a touchpad comes as a wheel with ctrl, in small steps.
    const pixels = event.deltaY * (event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1) * (event.ctrlKey ? 5 : 1);
    mover.wheel(p.x, p.y, Math.exp(Math.max(-300, Math.min(300, pixels)) * 0.0022));
  };

  const still = (event: Event): void => event.preventDefault();
  const leave = (): void => mover.leave();
  canvas.addEventListener('pointerdown', down);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointercancel', up);
  canvas.addEventListener('pointerleave', leave);
  canvas.addEventListener('wheel', wheel, { passive: false });
  canvas.addEventListener('contextmenu', still);
  return () => {
    canvas.removeEventListener('pointerdown', down);
    canvas.removeEventListener('pointermove', move);
    canvas.removeEventListener('pointerup', up);
    canvas.removeEventListener('pointercancel', up);
    canvas.removeEventListener('pointerleave', leave);
    canvas.removeEventListener('wheel', wheel);
    canvas.removeEventListener('contextmenu', still);
  };
}
