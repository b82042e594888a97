// The building models: shown or hidden, their spaces, their storeys.
import { quantity } from '../i18n';
import type { ModelObject } from '../api/types';
import { areSpacesShown, isolate, isolated, showAllStoreys, storeyOf, storeyOfFailed, storeys, structureFailed, toggleSpaces } from '../state/bim';
import { ofStorey } from '../state/bound';
import { models, modelsMissing, shownModels, toggleModel, type Model } from '../state/models';
import { command } from '../state/view';
import { language } from '../state/settings';
import { BoundDevices } from './BoundDevices';
import { modelName, objectName, replacedNames, words } from './bim-texts';
import { Icon } from './Icon';
import { moveInList } from './rows';

export function ModelRows() {
  const t = words.value;
  return (
    <div class="models">
      {modelsMissing.value && <p class="empty">{t.missing}</p>}
      {models.value.map((model) => (
        <ModelCard key={model.source} model={model} />
      ))}
    </div>
  );
}

function ModelCard({ model }: { model: Model }) {
  const t = words.value;
  const shown = shownModels.value.includes(model);
  const spaces = areSpacesShown(model.source);
  const name = modelName(model);
  const replaced = replacedNames(model);
  return (
    <section class="model" aria-label={name}>
      <div class="head">
        <Icon name="box" />
        <button class="what" onClick={() => command({ do: 'box', box: model.bounds, away: 1.1 })}>
          {name}
          <small>
            {[t.state[model.state], name === model.source ? '' : model.source, replaced === '' ? '' : (shown ? t.replaces : t.instead)(replaced === name ? '' : replaced)].filter(Boolean).join(' · ')}
          </small>
        </button>
        <Toggle on={shown} label={shown ? t.hide : t.show} press={() => toggleModel(model.source)} />
      </div>
      {model.spaces.length > 0 && (
        <div class="head sub">
          <span class="what">{t.spaces}</span>
          <Toggle on={spaces} label={spaces ? t.hideSpaces : t.showSpaces} press={() => toggleSpaces(model.source)} />
        </div>
      )}
      <Storeys model={model} />
    </section>
  );
}

function Toggle({ on, label, press }: { on: boolean; label: string; press: () => void }) {
  return (
    <button class="tool" aria-pressed={on} aria-label={label} title={label} onClick={press}>
      <Icon name={on ? 'eye' : 'eye-off'} />
    </button>
  );
}

function Storeys({ model }: { model: Model }) {
  const t = words.value;
  const list = storeys.value?.get(model.source) ?? [];
  const alone = isolated.value?.source === model.source ? isolated.value.storey : null;
  if (structureFailed.value) return <p class="note">{t.structureFailed}</p>;
  if (storeys.value && list.length === 0) return <p class="note">{t.noStoreys}</p>;
  return (
    <>
      <ul class="rows" aria-label={t.storeys} onKeyDown={moveInList}>
        {list.map((storey, i) => (
          <Storey key={storey.id} storey={storey} alone={storey.id === alone} tabStop={alone ? storey.id === alone : i === 0} />
        ))}
      </ul>
      {alone && (
        <p class="more">
          <button class="button quiet" onClick={showAllStoreys}>
            {t.allStoreys}
          </button>
        </p>
      )}
      {alone && storeyOf.value === null && (
        <p class="note" role="status">
          {t.sorting}
        </p>
      )}
      {alone && <BoundDevices covers={ofStorey(alone, storeyOf.value)} />}
      {storeyOfFailed.value && <p class="note">{t.sortingFailed}</p>}
    </>
  );
}

function Storey({ storey, alone, tabStop }: { storey: ModelObject; alone: boolean; tabStop: boolean }) {
  const t = words.value;
  const name = objectName(storey);
  const elevation_m = storey.bim?.elevation_m;
  return (
    <li>
      <button class="item" aria-pressed={alone} title={t.isolate(name)} tabIndex={tabStop ? 0 : -1} onClick={() => isolate(storey)}>
        <span class="what">
          {name}
          {alone && <small>{t.isolated}</small>}
        </span>
        {typeof elevation_m === 'number' && <span class="figure">{quantity(Math.abs(elevation_m) < 0.005 ? 0 : elevation_m, 'm', language.value, 2, 2)}</span>}
      </button>
    </li>
  );
}
