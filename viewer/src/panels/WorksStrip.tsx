// The strip of time over works: a lane for each project with its phases and notice, a slider over the days, what is built
// on the day that is looked at.
import { useEffect, useRef } from 'preact/hooks';
import { day as dayText } from '../i18n/project';
import { named } from '../i18n/format';
import { timeTexts } from '../i18n/time';
import { worksTexts, type WorksTexts } from '../i18n/works';
import type { TimedPhase, TimedProject } from '../api/timetable';
import { onPhone } from '../state/actions';
import { lookOfStage, type Stage } from '../state/project-looks';
import { projectSought } from '../state/projects';
import { daysBetween } from '../state/renewal/project-days';
import { selection } from '../state/selection';
import { language } from '../state/settings';
import { day, goToDay, playing, rows, setStretch, stepDays, stretch, stretchId, timed, toTurn, today, togglePlayingDays, tryAgain, worked } from '../state/works';
import { pull, stripCover_px } from '../state/view';
import { STEP_DAYS, dayLater, isLate, monthsOf, type StretchId } from '../state/works-plan';
import { ProjectGlyph } from './ProjectGlyph';
import { Follows, Press, Speed } from './time-parts';
import { Choice } from './tool-parts';

const STRETCH_IDS: readonly StretchId[] = ['quarter', 'year', 'all'];
/** Stages that phases lead through, for the legend. */
const SHOWN = ['approved', 'works', 'done'] as const satisfies readonly Stage[];

const said = (at: string): string => dayText(at, language.value);

export function WorksStrip() {
  const t = worksTexts(language.value);
  const times = timeTexts(language.value);
  const at = day.value ?? today.value;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Or nothing would be seen of the place between the drawer and the lanes.
    if (onPhone()) pull.value = 'peek';
  }, []);
  useEffect(() => {
    const card = box.current?.parentElement;
    if (!card) return;
    // As many lanes as there are: what stands above follows.
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => {
      style.setProperty('--strip', `${card.offsetHeight}px`);
      stripCover_px.value = onPhone() ? card.offsetHeight : 0;
    });
    observer.observe(card);
    return () => {
      observer.disconnect();
      style.removeProperty('--strip');
      stripCover_px.value = 0;
    };
  }, []);
  return (
    <div ref={box} class="strip works" data-past={at !== today.value}>
      <div class="strip-head">
        <span class="moment" role="status">
          {at === today.value ? t.isToday(said(at)) : at > today.value ? t.planned(said(at)) : t.then(said(at))}
        </span>
        <Worked t={t} />
        <Follows />
        <Choice label={t.stretch} value={stretchId.value} of={STRETCH_IDS} name={(id) => t.stretches[id]} set={setStretch} />
      </div>
      <Lanes t={t} />
      <div class="strip-body">
        <div class="raised stack-row">
          <Press icon="skip-forward" turned label={t.earlier} press={() => toTurn(-1)} />
          <Press icon={playing.value ? 'pause' : 'play'} label={playing.value ? times.pause : times.play} press={togglePlayingDays} />
          <Press icon="skip-forward" label={t.later} press={() => toTurn(1)} />
        </div>
        <Legend t={t} />
        <div class="stack-row of-day">
          <button class="tool" aria-label={times.back} title={times.back} disabled={at <= stretch.value.from} onClick={() => stepDays(-1)}>
            −
          </button>
          <button class="tool" aria-label={times.on} title={times.on} disabled={at >= stretch.value.to} onClick={() => stepDays(1)}>
            +
          </button>
          <Speed />
          <button class="button" aria-pressed={at === today.value} disabled={at === today.value} onClick={() => goToDay(today.value)}>
            {t.today}
          </button>
        </div>
      </div>
    </div>
  );
}

function Worked({ t }: { t: WorksTexts }) {
  const found = timed.value;
  if (typeof found === 'string') return null;
  const names = worked.value.map(([project, phases]) => `${nameOf(project)} · ${phases.map((phase) => phaseName(phase)).join(' / ')}`);
  return (
    <span class="count" title={names.join('\n')}>
      {names.length === 0 ? t.nobody : t.worked(names.length)}
      {found.cut && ` · ${t.cut}`}
    </span>
  );
}

const nameOf = ({ id, name }: TimedProject): string => named(name, language.value, String(id));
const phaseName = ({ id, name }: TimedPhase): string => named(name, language.value, id);

/** Where days lie in the stretch, in parts of a hundred. */
const left = (at: string): number => (daysBetween(stretch.value.from, at) / (daysBetween(stretch.value.from, stretch.value.to) + 1)) * 100;

function Lanes({ t }: { t: WorksTexts }) {
  const found = timed.value;
  const { from, to } = stretch.value;
  const at = day.value ?? today.value;
  const empty = found === 'asking' ? t.asking : found === 'denied' ? t.denied : found === 'failed' ? t.failed : rows.value.length > 0 ? null : found.projects.some(({ phases }) => phases.length > 0) ? t.noneHere : t.none;
  return (
    <div class="lanes-box">
      <div class="lanes scroll" tabIndex={0} role="group" aria-label={t.rows}>
        {empty === null ? (
          <ul>
            {rows.value.map((project) => (
              <Lane key={project.id} t={t} project={project} />
            ))}
          </ul>
        ) : (
          <p class="empty" role="status">
            {empty}{' '}
            {found === 'failed' && (
              <button class="link" onClick={() => tryAgain.value++}>
                {t.again}
              </button>
            )}
          </p>
        )}
      </div>
      <div class="lane scale-days">
        <Months t={t} />
        <input
          type="range"
          aria-label={t.slider}
          aria-valuetext={said(at)}
          min={0}
          max={daysBetween(from, to)}
          step={1}
          value={daysBetween(from, at)}
          onInput={({ currentTarget: { value } }) => {
            playing.value = false;
            goToDay(dayLater(from, Number(value)));
          }}
          onKeyDown={(event) => {
            const by = { PageUp: STEP_DAYS.year, PageDown: -STEP_DAYS.year }[event.key];
            if (by === undefined) return;
            event.preventDefault();
            goToDay(dayLater(at, by));
          }}
        />
      </div>
    </div>
  );
}

/** Names of months under the lanes, each with a line through them; the year where it is new. */
function Months({ t }: { t: WorksTexts }) {
  return (
    <span class="months" aria-hidden="true">
      {monthsOf(stretch.value)
        .filter((first) => left(first) < 94)
        .map((first, i) => (
          <span key={first} style={`left:${left(first)}%`}>
            {t.month(Number(first.slice(0, 4)), Number(first.slice(5, 7)), i === 0 || first.slice(5, 7) === '01')}
          </span>
        ))}
    </span>
  );
}

function Lane({ t, project }: { t: WorksTexts; project: TimedProject }) {
  const { phases, notice } = project;
  const isChosen = selection.value?.type === 'project' && selection.value.id === String(project.id);
  const choose = (): void => {
    selection.value = { type: 'project', id: String(project.id), spot: null };
    // Flown to once the scene knows where it is.
    projectSought.value = true;
  };
  return (
    <li class="lane" data-chosen={isChosen}>
      <button class="lane-name" aria-label={t.show(nameOf(project))} onClick={choose}>
        <ProjectGlyph state={project.state} size={18} />
        <span>{nameOf(project)}</span>
      </button>
      <span class="lane-days">
        {notice && <Bar of="notice" from={notice.from} to={notice.to} text={t.notice(said(notice.from), said(notice.to))} name="" />}
        {phases.map((phase) => (
          <Bar key={phase.id} of={phase.done_on ? 'done' : isLate(phase, today.value) ? 'late' : 'works'} from={phase.from} to={phase.to} name={phaseName(phase)} text={phaseText(t, phase)} />
        ))}
        <i class="mark is-today" style={`left:${left(today.value)}%`} />
        <i class="mark" style={`left:${left(day.value ?? today.value)}%`} />
      </span>
    </li>
  );
}

function phaseText(t: WorksTexts, phase: TimedPhase): string {
  const more = phase.done_on ? t.doneOn(said(phase.done_on)) : isLate(phase, today.value) ? t.late : '';
  return `${t.phase(phaseName(phase), said(phase.from), said(phase.to))}${more === '' ? '' : ` · ${more}`}`;
}

/** A stretch of days of a lane; a press goes to its first day. */
function Bar({ of, from, to, name, text }: { of: 'notice' | 'works' | 'done' | 'late'; from: string; to: string; name: string; text: string }) {
  const [start, end] = [Math.max(0, left(from)), Math.min(100, left(dayLater(to, 1)))];
  if (end <= 0 || start >= 100) return null;
  const { fill, ink } = lookOfStage(of === 'late' ? 'works' : of);
  return (
    <button class="lane-bar" data-of={of} style={`left:${start}%;width:${end - start}%;background:${fill};color:${ink}`} title={text} aria-label={text} onClick={() => goToDay(from)}>
      {name}
    </button>
  );
}

function Legend({ t }: { t: WorksTexts }) {
  const lates = rows.value.some(({ phases }) => phases.some((phase) => isLate(phase, today.value)));
  const { from, to } = stretch.value;
  const notices = rows.value.some(({ notice }) => notice && notice.from <= to && from <= notice.to);
  return (
    <ul class="works-legend">
      {notices && <Key fill={lookOfStage('notice').fill} text={t.noticeMark} />}
      {SHOWN.map((stage) => (
        <Key key={stage} fill={lookOfStage(stage).fill} text={t.stages[stage]} />
      ))}
      {lates && <Key fill={lookOfStage('works').fill} text={t.lateMark} of="late" />}
    </ul>
  );
}

const Key = ({ fill, text, of }: { fill: string; text: string; of?: 'late' }) => (
  <li>
    <i data-of={of} style={`background:${fill}`} />
    {text}
  </li>
);
