// What each side of the comparison shows; the divider and the names of both sides over the scene.
import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { compareTexts } from '../i18n/compare';
import { attempts, change, changeSide, comparison, divider, exchange, isPlanned, lacks, moveTo, placesOf, surveys, withSource, type Side } from '../state/compare';
import { models, type Model } from '../state/models';
import { buildingById } from '../state/session';
import { language } from '../state/settings';
import { cover, listOpen } from '../state/view';
import { modelName } from './bim-texts';
import { buildingName } from './BuildingRows';
import { PlanChoice, ProjectChoice } from './ComparePlans';
import { Choice } from './tool-parts';

/** Half of what a finger takes. */
const REACH_PX = 24;
/** One press of an arrow key. */
const STEP = 0.02;
const WAYS = ['swipe', 'beside'] as const;

export function CompareCard() {
  const t = compareTexts(language.value);
  const now = comparison.value;
  // The divider lies on the scene, below all paper: within the card it would lie on the card.
  useEffect(() => {
    // The left side needs the room more than the list does.
    listOpen.value = false;
    const place = document.createElement('div');
    document.querySelector('.bar')?.before(place);
    render(<Divider />, place);
    return () => {
      render(null, place);
      place.remove();
    };
  }, []);
  if (!now) return null;
  return (
    <div class="compare">
      <Choice label={t.mode} value={now.beside ? 'beside' : 'swipe'} of={WAYS} name={(one) => t[one]} set={(one) => change({ beside: one === 'beside' })} />
      {models.value.length === 0 && surveys.value.length < 2 && <p class="note">{t.nothing}</p>}
      <ProjectChoice />
      <SideChoice side={0} of={now.sides[0]} />
      <SideChoice side={1} of={now.sides[1]} />
      <button class="button quiet" onClick={exchange}>
        {t.exchange}
      </button>
    </div>
  );
}

/** What a place is called: the building that the models stand for, else the model. */
function placeName(group: readonly Model[]): string {
  const building = buildingById.value.get(group[0]?.replaces[0] ?? '');
  return building ? buildingName(building) : group[0] ? modelName(group[0]) : '';
}

function SideChoice({ side, of }: { side: 0 | 1; of: Side }) {
  const t = compareTexts(language.value);
  const lack = lacks[side].value;
  const local = of.at_ms === null ? '' : new Date(of.at_ms - new Date(of.at_ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  return (
    <fieldset data-side={side === 0 ? 'a' : 'b'}>
      <legend>
        {side === 0 ? t.left : t.right} · {isPlanned(of, models.value) ? t.planned : t.existing}
      </legend>
      {surveys.value.length > 1 && (
        <label class="row">
          <span>{t.surveyOf}</span>
          <select value={of.survey} onChange={({ currentTarget: { value } }) => changeSide(side, { survey: value })}>
            <option value="">{t.usual}</option>
            {surveys.value.map(({ id, source }) => (
              <option key={id} value={id}>
                {source}
              </option>
            ))}
            <option value="none">{t.noSurvey}</option>
          </select>
        </label>
      )}
      <PlanChoice side={side} of={of} />
      {placesOf(models.value).map((group) => {
        const shown = group.find(({ source }) => of.models.has(source))?.source ?? '';
        return (
          <label class="row" key={group[0]?.source}>
            <span>{placeName(group)}</span>
            <select
              value={shown}
              onChange={({ currentTarget: { value } }) => {
                const without = new Set([...of.models].filter((one) => !group.some(({ source }) => source === one)));
                changeSide(side, { models: value === '' ? without : withSource(models.peek(), without, value) });
              }}
            >
              <option value="">{t.survey}</option>
              {group.map((model) => (
                <option key={model.source} value={model.source}>
                  {model.state === 'proposed' ? t.plannedModel : t.existingModel}
                  {group.filter(({ state }) => state === model.state).length > 1 && ` · ${model.source}`}
                </option>
              ))}
            </select>
          </label>
        );
      })}
      <label class="row">
        <span>{t.devices}</span>
        <input
          type="datetime-local"
          aria-label={`${t.devices} · ${t.time}`}
          title={of.at_ms === null ? t.present : t.time}
          value={local}
          onChange={({ currentTarget: { value } }) => changeSide(side, { at_ms: value === '' ? null : Math.min(new Date(value).getTime(), Date.now() - 60_000) })}
        />
      </label>
      {of.at_ms === null && <p class="note">{t.present}</p>}
      <div role="status">
        {lack === 'asking' && <p class="note">{t.asking}</p>}
        {lack === 'gone' && <p class="trouble">{t.gone}</p>}
        {lack === 'failed' && (
          <p class="trouble">
            {t.failed}{' '}
            <button class="link" onClick={() => attempts.value++}>
              {t.again}
            </button>
          </p>
        )}
      </div>
    </fieldset>
  );
}

function sideName(of: Side): string {
  const t = compareTexts(language.value);
  const name = isPlanned(of, models.value) ? t.planned : t.existing;
  if (of.at_ms === null) return name;
  const format = new Intl.DateTimeFormat(language.value === 'zh' ? 'zh-CN' : 'en-GB', { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return `${name} · ${format.format(of.at_ms)}`;
}

/** Moves the divider where a hand reaches it: not under the paper at the edges. */
function move(share: number): void {
  const { left, right } = cover.peek();
  moveTo(Math.min(Math.max(share, (left + REACH_PX) / innerWidth), 1 - (right + REACH_PX) / innerWidth));
}

function Divider() {
  const t = compareTexts(language.value);
  const dragged = useRef(false);
  const now = comparison.value;
  if (!now) return null;
  const share = now.beside ? 0.5 : divider.value;
  const press = (event: KeyboardEvent): void => {
    const to = { ArrowLeft: share - STEP, ArrowRight: share + STEP, Home: 0, End: 1, PageUp: share - 0.1, PageDown: share + 0.1 }[event.key];
    if (to === undefined || now.beside) return;
    move(to);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      {now.sides.map((side, i) => (
        <span key={i} class="side-name raised" data-side={i === 0 ? 'a' : 'b'} style={i === 0 ? `right:${((1 - share) * 100).toFixed(2)}%` : `left:${(share * 100).toFixed(2)}%`}>
          {sideName(side)}
        </span>
      ))}
      <div
        class="divider"
        data-beside={now.beside}
        style={`left:${(share * 100).toFixed(2)}%`}
        role="slider"
        tabIndex={now.beside ? -1 : 0}
        aria-label={t.divider}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-disabled={now.beside}
        onKeyDown={press}
        onPointerDown={(event) => {
          if (now.beside) return;
          dragged.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => dragged.current && move(event.clientX / innerWidth)}
        onPointerUp={() => (dragged.current = false)}
        onPointerCancel={() => (dragged.current = false)}
      >
        <i aria-hidden="true" />
      </div>
    </>
  );
}
