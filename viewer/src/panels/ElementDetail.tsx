// An element of a building model: what it is, where it belongs, what the file says about it.
import { useSignal } from '@preact/signals';
import type { BimFacts, ModelObject } from '../api/types';
import { isolate, isolated, showAllStoreys, storeyOf, storeys } from '../state/bim';
import { ofStorey } from '../state/bound';
import { models } from '../state/models';
import { asTable, groupsOf, written, type PropertyGroup } from '../state/properties';
import { selectedElement } from '../state/selection';
import { texts } from '../state/settings';
import { BoundDevices } from './BoundDevices';
import { classWord, modelName, objectName, words } from './bim-texts';
import { Icon } from './Icon';
import { sheetWords } from './sheet-texts';
import { ShownAs } from './ShownAs';

/** Attributes that have a line of their own. */
const SHOWN_BY_NAME = ['ObjectType', 'Tag'];

export function ElementDetail() {
  const t = texts.value;
  const now = selectedElement.value;
  if (now === null) return <p class="empty">{t.looking}</p>;
  if (now === 'failed') return <p class="empty">{sheetWords.value.lookupFailed}</p>;
  if (now === 'gone') return <p class="empty">{sheetWords.value.gone}</p>;
  return now.bim ? <Facts object={now} bim={now.bim} /> : null;
}

function Facts({ object, bim }: { object: ModelObject; bim: BimFacts }) {
  const t = words.value;
  const storey = storeys.value?.get(bim.source)?.find(({ id }) => id === bim.storey);
  const model = models.value.find(({ source }) => source === bim.source);
  const attributes = Object.entries(bim.attributes ?? {}).filter(([name, value]) => !SHOWN_BY_NAME.includes(name) && value !== '');
  const tag = bim.attributes?.Tag;
  const type = bim.type_name ?? bim.attributes?.ObjectType;
  return (
    <div class="element">
      <section>
        <dl class="facts">
          <Fact name={t.class} value={classWord(bim.ifc_class)} note={bim.ifc_class} />
          {storey && storey.id !== object.id && <Fact name={t.storey} value={objectName(storey)} />}
          {type && <Fact name={t.type} value={type} />}
          {tag && <Fact name={t.tag} value={tag} />}
          {bim.part && bim.part !== 'space' && <Fact name={t.partName} value={t.part[bim.part]} />}
          {model && <Fact name={t.model} value={modelName(model)} />}
          <dt>GlobalId</dt>
          <dd class="with-tool">
            <code>{bim.global_id}</code>
            <Copy text={bim.global_id} label={t.copyId} />
          </dd>
        </dl>
        {storey && (
          <button class="button quiet" onClick={() => (isolated.value?.storey === storey.id ? showAllStoreys() : isolate(storey))}>
            <Icon name="layers" />
            {isolated.value?.storey === storey.id ? t.allStoreys : t.storeyAlone}
          </button>
        )}
      </section>
      {model?.replaces[0] !== undefined && <ShownAs building={model.replaces[0]} />}
      <BoundDevices covers={object.class === 'storey' ? ofStorey(object.id, storeyOf.value) : (id) => id === object.id} />
      <List title={t.materials} values={(bim.materials ?? []).map((material) => material)} />
      <List title={t.classifications} values={(bim.classifications ?? []).map(({ system, code, name }) => [system, code, name].filter(Boolean).join(' · '))} />
      {attributes.length > 0 && (
        <section>
          <h3>{t.attributes}</h3>
          <dl class="facts">
            {attributes.map(([name, value]) => (
              <Fact key={name} name={t.attributeNames[name] ?? name} value={value} />
            ))}
          </dl>
        </section>
      )}
      <Sets key={object.id} groups={groupsOf(bim.property_sets)} />
    </div>
  );
}

function Fact({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {value}
        {note !== undefined && note !== value && <small>{note}</small>}
      </dd>
    </>
  );
}

function List({ title, values }: { title: string; values: readonly string[] }) {
  if (values.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul class="plain">
        {values.map((value, i) => (
          <li key={i}>{value}</li>
        ))}
      </ul>
    </section>
  );
}

function Sets({ groups }: { groups: readonly PropertyGroup[] }) {
  const t = words.value;
  return (
    <section class="flush sets">
      <h3>
        {t.sets(groups.length)}
        {groups.length > 0 && <Copy text={asTable(groups)} label={t.copy} />}
      </h3>
      {groups.length === 0 && <p class="note">{t.noSets}</p>}
      {groups.map((group, i) => (
        <details key={group.name} open={i === 0}>
          <summary>
            <Icon name="chevron-right" />
            <span class="what">{group.name}</span>
            <span class="figure">{group.rows.length}</span>
          </summary>
          {group.rows.length === 0 ? (
            <p class="note">{t.noValues}</p>
          ) : (
            <>
              <dl class="properties">
                {group.rows.map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd data-number={typeof value === 'number'}>{written(value, t)}</dd>
                  </div>
                ))}
              </dl>
              <p class="more">
                <Copy text={asTable([group])} label={t.copySet(group.name)} word={t.copy} />
              </p>
            </>
          )}
        </details>
      ))}
    </section>
  );
}

/** How long a button says that it has copied. */
const SAID_MS = 2000;

function Copy({ text, label, word }: { text: string; label: string; word?: string }) {
  const t = words.value;
  const said = useSignal<string | null>(null);
  const say = (what: string): void => {
    said.value = what;
    setTimeout(() => (said.value = null), SAID_MS);
  };
  const press = (): void => {
    // Without a secure context browsers offer no clipboard.
    const clipboard = (navigator as { clipboard?: Clipboard }).clipboard;
    if (!clipboard) say(t.copyFailed);
    else clipboard.writeText(text).then(() => say(t.copied), () => say(t.copyFailed));
  };
  return (
    <button class={word ? 'button quiet' : 'tool'} aria-label={label} title={label} onClick={press}>
      <Icon name={said.value === t.copied ? 'check' : 'copy'} />
      <span role="status">{said.value ?? word ?? ''}</span>
    </button>
  );
}
