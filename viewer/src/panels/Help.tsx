// How to move, for mouse, touch and keyboard, and what each tool adds: a native dialog, there while it
// is open.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { helpTexts, type HelpRow } from '../i18n/help';
import { toolTexts } from '../i18n/tools';
import { language, texts } from '../state/settings';
import { helpOpen, introOpen } from '../state/view';
import { groundWords } from './ground-texts';
import { Icon } from './Icon';
import { TOOL_ENTRIES } from './tool-cards';

interface Part {
  readonly title: string;
  readonly rows: readonly HelpRow[];
}

export function Help() {
  const t = texts.value;
  const h = helpTexts(language.value);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const touchFirst = matchMedia('(pointer: coarse)').matches;
  const parts: Part[] = [
    { title: h.helpMouse, rows: h.helpRows.mouse },
    { title: h.helpTouch, rows: h.helpRows.touch },
    { title: h.helpKeys, rows: h.helpRows.keys },
  ];
  if (touchFirst) parts.reverse();
  return (
    <dialog ref={dialog} class="help" aria-label={t.help} onClose={() => (helpOpen.value = false)} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <header>
        <h2>{t.help}</h2>
        <button class="tool" aria-label={t.close} onClick={() => (helpOpen.value = false)}>
          <Icon name="x" />
        </button>
      </header>
      <p class="more">
        <button class="button quiet" onClick={() => ((helpOpen.value = false), (introOpen.value = true))}>
          {groundWords.value.again}
        </button>
      </p>
      <div class="parts">
        {[...parts, ...useToolParts()].map(({ title, rows }) => (
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
      </div>
    </dialog>
  );
}

/** The keys of all tools; of each that explains itself its gestures, once its texts have come. */
function useToolParts(): Part[] {
  const come = useSignal<ReadonlyMap<string, readonly HelpRow[]>>(new Map());
  const names = toolTexts(language.value);
  const now = language.value;
  useEffect(() => {
    for (const { name, help } of TOOL_ENTRIES) {
      help?.().then(
        (rows) => (come.value = new Map(come.peek()).set(name, rows(now))),
        () => undefined,
      );
    }
  }, [now]);
  if (TOOL_ENTRIES.length === 0) return [];
  const keys = TOOL_ENTRIES.map(({ name, key }): HelpRow => [key.toUpperCase(), names.names[name]]);
  return [{ title: names.tools, rows: keys }, ...TOOL_ENTRIES.flatMap(({ name }) => {
    const rows = come.value.get(name);
    return rows ? [{ title: names.names[name], rows }] : [];
  })];
}
