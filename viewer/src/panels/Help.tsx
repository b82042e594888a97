// How to move, for mouse, touch and keyboard: a native dialog, there while it is open.
import { useEffect, useRef } from 'preact/hooks';
import { texts } from '../state/settings';
import { helpOpen } from '../state/view';
import { Icon } from './Icon';

export function Help() {
  const t = texts.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const touchFirst = matchMedia('(pointer: coarse)').matches;
  const parts = [
    { title: t.helpMouse, rows: t.helpRows.mouse },
    { title: t.helpTouch, rows: t.helpRows.touch },
    { title: t.helpKeys, rows: t.helpRows.keys },
  ];
  if (touchFirst) parts.reverse();
  return (
    <dialog ref={dialog} aria-label={t.help} onClose={() => (helpOpen.value = false)} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <header>
        <h2>{t.help}</h2>
        <button class="tool" aria-label={t.close} onClick={() => (helpOpen.value = false)}>
          <Icon name="x" />
        </button>
      </header>
      {parts.map(({ title, rows }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl>
            {rows.map(([what, does]) => (
              <div key={what}>
                <dt>
                  <kbd>{what}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </dialog>
  );
}
