// The card of walking: how to, the way back, and a stick for thumbs.
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { walkTexts } from '../i18n/walk';
import { language } from '../state/settings';
import { tool } from '../state/tools';
import { groundMissing, intent, walking } from '../state/walk';

/** How far the stick goes, CSS pixels. */
const REACH_PX = 44;

export function WalkCard() {
  const t = walkTexts(language.value);
  const touch = matchMedia('(pointer: coarse)').matches;
  return (
    <>
      <p class="note">{t.about}</p>
      {groundMissing.value && (
        <p class="trouble" role="status">
          {t.missing}
        </p>
      )}
      <p class="note">{touch ? t.touch : t.keys}</p>
      <div class="actions">
        {groundMissing.value ? (
          <button class="button" onClick={() => (walking.value = true)}>
            {t.begin}
          </button>
        ) : (
          <button class="button" onClick={() => (tool.value = null)}>
            {t.end}
          </button>
        )}
      </div>
      {touch && walking.value && <Stick label={t.stick} />}
    </>
  );
}

function Stick({ label }: { label: string }) {
  const at = useSignal({ x: 0, y: 0 });
  const held = useRef(false);
  const move = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    if (!held.current) return;
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
    const far = Math.max(1, Math.hypot(x, y) / REACH_PX);
    at.value = { x: x / far, y: y / far };
    intent.value = { right: x / far / REACH_PX, forward: -y / far / REACH_PX, fast: far > 1.3 };
  };
  const drop = (): void => {
    held.current = false;
    at.value = { x: 0, y: 0 };
    intent.value = { right: 0, forward: 0, fast: false };
  };
  return (
    <div
      class="stick"
      role="img"
      aria-label={label}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        held.current = true;
        move(event);
      }}
      onPointerMove={move}
      onPointerUp={drop}
      onPointerCancel={drop}
    >
      <i style={`transform:translate(${at.value.x.toFixed(0)}px,${at.value.y.toFixed(0)}px)`} />
    </div>
  );
}
