// As what a building stands in the scene: as surveyed, as its model, as planned.
import { compareTexts } from '../i18n/compare';
import { models, shownModels, standing, toggleModel, showModel } from '../state/models';
import { language } from '../state/settings';
import { Icon } from './Icon';
import { toolIcon } from './tool-cards';

const ICONS = { survey: 'camera', existing: null, proposed: 'house-plus' } as const;

/** Hides every model of a building; of two, hiding one may show the other. */
function showSurvey(building: string): void {
  for (let i = 0; i < 8; i++) {
    const shown = shownModels.peek().find(({ replaces }) => replaces.includes(building));
    if (!shown) return;
    toggleModel(shown.source);
  }
}

/** Shown for buildings that some model stands for. */
export function ShownAs({ building }: { building: string }) {
  const t = compareTexts(language.value);
  const own = models.value.filter(({ replaces }) => replaces.includes(building));
  if (own.length === 0) return null;
  const shown = shownModels.value.find(({ replaces }) => replaces.includes(building));
  const choices: { key: string; name: string; icon: keyof typeof ICONS; source: string | null | undefined }[] = [
    { key: 'survey', name: t.survey, icon: 'survey', source: null },
    ...(['existing', 'proposed'] as const).flatMap((state): typeof choices => {
      const name = state === 'proposed' ? t.plannedModel : t.existingModel;
      const found = own.filter((model) => model.state === state);
      if (found.length === 0) return [{ key: state, name, icon: state, source: undefined }];
      return found.map(({ source }) => ({ key: source, name: found.length > 1 ? `${name} · ${source}` : name, icon: state, source }));
    }),
  ];
  return (
    <section class="shown-as">
      <h3 id="shown-as">{t.shows}</h3>
      <div role="group" aria-labelledby="shown-as">
        {choices.map(({ key, name, icon, source }) => {
          const on = source === null ? shown === undefined : shown?.source === source;
          const tool = ICONS[icon];
          return (
            <button
              key={key}
              aria-pressed={on}
              aria-busy={on && source !== null && source !== undefined && !standing.value.has(source)}
              disabled={source === undefined}
              onClick={() => (source === null ? showSurvey(building) : source !== undefined && showModel(source))}
            >
              {tool === null ? <Icon name="box" /> : <Icon d={toolIcon(tool)} />}
              {name}
              {source === undefined && <small>{t.none}</small>}
            </button>
          );
        })}
      </div>
      <p class="note">{t.instead}</p>
    </section>
  );
}
