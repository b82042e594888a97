// The popover of settings: language, appearance, quality, memory.
import type { Language } from '../i18n';
import { level, MEMORIES, memory, quality, reduced, type Memory, type Quality } from '../state/quality';
import { language, texts, theme, type Theme } from '../state/settings';
import { settingsOpen } from '../state/view';
import { groundWords } from './ground-texts';
import { Icon } from './Icon';
import { onEscape } from './rows';
import { Choice } from './tool-parts';

export function Settings() {
  const t = groundWords.value;
  const mebibytes = (value: Memory): string => (value === 'auto' ? t.memoryAuto : `${value}\u202fMB`);
  return (
    <section class="raised settings" aria-label={t.settings} onKeyDown={onEscape(() => (settingsOpen.value = false))}>
      <header>
        <h2>{t.settings}</h2>
        <button class="tool" aria-label={texts.value.close} title={texts.value.close} onClick={() => (settingsOpen.value = false)}>
          <Icon name="x" />
        </button>
      </header>
      <Line<Language> name={t.language} value={language.value} of={[['zh', '中文'], ['en', 'English']]} choose={(value) => (language.value = value)} />
      <Line<Theme> name={t.theme} value={theme.value} of={(['auto', 'light', 'dark'] as const).map((one) => [one, t.themes[one]] as const)} choose={(value) => (theme.value = value)} />
      <Line<Quality> name={t.quality} value={quality.value} of={(['auto', 'high', 'saving'] as const).map((one) => [one, t.qualities[one]] as const)} choose={(value) => (quality.value = value)} />
      <p class="note" data-pixel-ratio={level.value.pixelRatio}>
        {t.qualityNote[quality.value]} {reduced.value && t.reduced}
      </p>
      <label class="line">
        {t.memory}
        <select value={String(memory.value)} onChange={({ currentTarget: { value } }) => (memory.value = value === 'auto' ? 'auto' : (Number(value) as Memory))}>
          {(MEMORIES.includes(memory.value) ? MEMORIES : [...MEMORIES, memory.value]).map((one) => (
            <option key={one} value={String(one)}>
              {mebibytes(one)}
            </option>
          ))}
        </select>
      </label>
      <p class="note">{t.memoryNote}</p>
    </section>
  );
}

function Line<T extends string>({ name, value, of, choose }: { name: string; value: T; of: readonly (readonly [T, string])[]; choose: (value: T) => void }) {
  return (
    <div class="line">
      <span aria-hidden="true">{name}</span>
      <Choice label={name} value={value} of={of.map(([one]) => one)} name={(one) => of.find(([other]) => other === one)?.[1] ?? ''} set={choose} />
    </div>
  );
}
