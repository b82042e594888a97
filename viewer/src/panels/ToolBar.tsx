// The planner's tools: a row of buttons in the bar of a desk, a menu where the bar is narrow, and their
// keys; and the card of the tool that is open.
import { computed, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { toolTexts } from '../i18n/tools';
import { language, texts } from '../state/settings';
import { takesKeys } from '../state/keys';
import { chips, tool, toggleTool, toolMissing } from '../state/tools';
import { canRedo, canUndo, redo, undo } from '../state/undo';
import { settingsOpen } from '../state/view';
import { groundWords } from './ground-texts';
import { Icon } from './Icon';
import { TOOL_ENTRIES, toolIcon, type ToolEntry } from './tool-cards';

/** Narrower windows have a menu instead of the row. */
const ROW_PX = 1100;

const words = computed(() => toolTexts(language.value));

export function ToolBar() {
  const narrow = useSignal(innerWidth < ROW_PX);
  const menu = useSignal(false);
  useEffect(() => {
    const resized = (): void => void (narrow.value = innerWidth < ROW_PX);
    addEventListener('resize', resized);
    return () => removeEventListener('resize', resized);
  }, []);
  // Whoever sees the buttons can press their keys.
  useLayoutEffect(() => {
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
  if (!narrow.value) {
    return (
      <div class="tools" role="toolbar" aria-label={words.value.tools}>
        {TOOL_ENTRIES.map((entry) => (
          <ToolButton key={entry.name} entry={entry} />
        ))}
        <Steps />
      </div>
    );
  }
  return (
    <div class="tools" onKeyDown={(event) => event.key === 'Escape' && menu.value && (event.stopPropagation(), (menu.value = false))}>
      <button class="tool" aria-haspopup="true" aria-expanded={menu.value} aria-label={words.value.tools} title={words.value.tools} onClick={() => (menu.value = !menu.value)}>
        <Icon d={toolIcon('wrench')} />
      </button>
      {menu.value && (
        <div class="raised tool-menu" role="toolbar" aria-label={words.value.tools} onClick={() => (menu.value = false)}>
          {TOOL_ENTRIES.map((entry) => (
            <ToolButton key={entry.name} entry={entry} named />
          ))}
          <Steps named />
        </div>
      )}
    </div>
  );
}

/** A key of a tool opens and closes it. */
function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || takesKeys(event.target)) return;
  const entry = TOOL_ENTRIES.find(({ key }) => key === event.key.toLowerCase());
  if (!entry) return;
  event.preventDefault();
  toggleTool(entry.name);
}

/** Undo, redo, the way to the work on renewal, and settings, which are no tools but lie with them. */
function Steps({ named = false }: { named?: boolean }) {
  const t = groundWords.value;
  const button = (name: string, keys: string, icon: 'undo-2' | 'redo-2' | 'settings', press: () => void, disabled = false) => (
    <button class="tool" aria-label={name} title={keys === '' ? name : `${name} (${keys})`} disabled={disabled} aria-expanded={icon === 'settings' ? settingsOpen.value : undefined} onClick={press}>
      <Icon d={toolIcon(icon)} />
      {named && <span>{name}</span>}
    </button>
  );
  return (
    <>
      {button(t.undo, 'Ctrl+Z', 'undo-2', undo, !canUndo.value)}
      {button(t.redo, 'Ctrl+Shift+Z', 'redo-2', redo, !canRedo.value)}
      <a class="tool" href="./renewal" aria-label={words.value.renewal} title={words.value.renewal}>
        <Icon d={toolIcon('clipboard-list')} />
        {named && <span>{words.value.renewal}</span>}
      </a>
      {button(t.settings, '', 'settings', () => (settingsOpen.value = !settingsOpen.value))}
    </>
  );
}

function ToolButton({ entry, named = false }: { entry: ToolEntry; named?: boolean }) {
  const name = words.value.names[entry.name];
  return (
    <button class="tool" aria-pressed={tool.value === entry.name} aria-label={name} title={`${name} (${entry.key.toUpperCase()})`} onClick={() => toggleTool(entry.name)}>
      <Icon d={toolIcon(entry.icon)} />
      {named && <span>{name}</span>}
    </button>
  );
}

/** The card of the open tool. */
export function ToolCard() {
  const entry = TOOL_ENTRIES.find(({ name }) => name === tool.value);
  return (
    <>
      <Chips />
      {entry && <Card entry={entry} />}
    </>
  );
}

/** What goes on of tools that are closed. */
function Chips() {
  const going = [...chips.value].filter(([name]) => name !== tool.value);
  if (going.length === 0) return null;
  return (
    <div class="tool-chips">
      {going.map(([name, chip]) => (
        <div key={name} class="raised" data-tool={name}>
          <button class="what" onClick={() => toggleTool(name)}>
            {chip.text(language.value)}
          </button>
          <button class="tool" aria-label={chip.endText(language.value)} title={chip.endText(language.value)} onClick={() => chip.end()}>
            <Icon name="x" />
          </button>
        </div>
      ))}
    </div>
  );
}

function Card({ entry }: { entry: ToolEntry }) {
  const name = words.value.names[entry.name];
  return (
    <section class="raised tool-card" data-tool={entry.name} aria-label={name}>
      <header>
        <h2>{name}</h2>
        <button class="tool" aria-label={texts.value.close} title={texts.value.close} onClick={() => (tool.value = null)}>
          <Icon name="x" />
        </button>
      </header>
      {toolMissing.value ? <p class="trouble">{words.value.missing}</p> : <entry.Card />}
    </section>
  );
}
