// What is in a project of renewal: its notice, progress, money, phases, places, what people wait for, the way to its page.
//
// In: state/project-book. Out: flights to its places. Shown in the sheet beside the scene.
import type { ComponentChildren } from 'preact';
import type { Project } from '../api/projects';
import { clock } from '../i18n';
import { day, money } from '../i18n/project';
import { goToBuilding } from '../state/actions';
import { now as present } from '../state/clock';
import { openedProject, readProject } from '../state/project-book';
import { buildingById } from '../state/session';
import { language } from '../state/settings';
import { buildingName, zoneName } from './BuildingRows';
import { projectWords } from './project-texts';

const DAY_MS = 86_400_000;

export function ProjectDetail({ id }: { id: number }) {
  const t = projectWords.value.sheet;
  const now = openedProject.value;
  if (now === 'asking' || (typeof now === 'object' && now.project.id !== id)) return <p class="empty" role="status">{t.asking}</p>;
  if (typeof now === 'string') {
    return (
      <p class="empty" role="alert">
        {t[now]}{' '}
        {now === 'failed' && (
          <button class="link" onClick={() => void readProject(id)}>
            {t.again}
          </button>
        )}
      </p>
    );
  }
  const { project } = now;
  return (
    <div class="project">
      {project.plan.summary && <p class="said">{project.plan.summary}</p>}
      <Facts of={project} />
      <Phases of={project} />
      <Places of={project} />
      <p class="to-page">
        <a class="button" href={`./renewal#projects/${project.id}`}>
          {t.page}
        </a>
      </p>
    </div>
  );
}

function Facts({ of }: { of: Project }) {
  const words = projectWords.value;
  const t = words.sheet;
  const { plan, voices, notice, deadline, progress_percent = 0, spent_fen = 0 } = of;
  const planned = plan.budget?.planned_fen ?? 0;
  const built = ['works', 'suspended', 'completed', 'evaluated'].includes(of.state);
  const waiting = [
    (voices?.opinions_open ?? 0) > 0 && t.opinionsOpen(voices?.opinions_open ?? 0),
    (voices?.complaints_open ?? 0) > 0 && t.complaintsOpen(voices?.complaints_open ?? 0),
  ].filter((text) => text !== false);
  const rows: readonly (readonly [string, ComponentChildren])[] = [
    [t.notice, notice && <Notice of={of} />],
    [t.progress, built && <Progress percent={progress_percent} />],
    [t.money, planned > 0 && [t.planned(money(planned, language.value)), spent_fen > 0 ? t.spent(money(spent_fen, language.value), Math.round((spent_fen / planned) * 100)) : ''].filter(Boolean).map((line) => <div key={line}>{line}</div>)],
    [t.voices, waiting.length > 0 ? waiting.map((line) => <div key={line} class="waits">{line}</div>) : t.voicesGiven(voices?.given ?? 0)],
    [t.step, deadline && <>{clock(new Date(deadline.due), present.value, language.value)}{Date.parse(deadline.due) < present.value.getTime() && <span class="waits"> · {t.late}</span>}</>],
    [t.kind, words.kinds[plan.kind]],
    [t.level, words.levels[plan.level]],
  ];
  return (
    <section>
      <h3>{t.facts}</h3>
      <dl class="facts">
        {rows.filter(([, value]) => Boolean(value)).map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}
      </dl>
    </section>
  );
}

function Notice({ of: { notice, state } }: { of: Project }) {
  const t = projectWords.value.sheet;
  if (!notice) return null;
  const left_ms = Date.parse(notice.ends_at) - present.value.getTime();
  return (
    <>
      <div>{t.days(day(notice.from, language.value), day(notice.to, language.value))}</div>
      {state === 'notice' && left_ms > 0 && <div>{t.daysLeft(Math.ceil(left_ms / DAY_MS))}</div>}
    </>
  );
}

function Progress({ percent }: { percent: number }) {
  return (
    <>
      <div>{projectWords.value.sheet.built(percent)}</div>
      <div class="built" aria-hidden="true">
        <i style={`width:${percent}%`} />
      </div>
    </>
  );
}

function Phases({ of: { plan, phases_done = [], state } }: { of: Project }) {
  const t = projectWords.value.sheet;
  const phases = plan.phases ?? [];
  if (phases.length === 0) return null;
  const today = new Date(present.value.getTime() - present.value.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  return (
    <section>
      <h3>{t.phases}</h3>
      <dl class="facts">
        {phases.map(({ id, name, from, to }) => {
          const word = phases_done.some(({ phase }) => phase === id) ? t.done : state === 'works' && from <= today && today <= to ? t.running : '';
          return [
            <dt key={id}>{name[language.value] ?? name.zh ?? name.en ?? id}</dt>,
            <dd key={`${id}=`}>
              {t.days(day(from, language.value), day(to, language.value))}
              {word !== '' && <span class="waits"> · {word}</span>}
            </dd>,
          ];
        })}
      </dl>
    </section>
  );
}

function Places({ of: { plan, zones = [] } }: { of: Project }) {
  const t = projectWords.value.sheet;
  const places = plan.places ?? [];
  const houses = places.flatMap((place) => (place.type === 'object' ? (buildingById.value.get(place.object) ?? []) : []));
  const count = (type: 'point' | 'line' | 'polygon' | 'object'): number => places.filter((place) => place.type === type).length - (type === 'object' ? houses.length : 0);
  const others = (['point', 'line', 'polygon', 'object'] as const).flatMap((type) => (count(type) > 0 ? [t.place[type](count(type))] : []));
  const names = zones.map((zone) => zoneName(zone)).filter((name) => name !== '');
  return (
    <section>
      <h3>{t.places}</h3>
      {places.length === 0 && <p class="note">{t.noPlaces}</p>}
      {names.length > 0 && <p class="note">{names.join(language.value === 'zh' ? '、' : ', ')}</p>}
      <ul class="places">
        {houses.map((house) => (
          <li key={house.id}>
            <button class="link" onClick={() => goToBuilding(house)}>
              {buildingName(house)}
            </button>
          </li>
        ))}
        {others.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </section>
  );
}
