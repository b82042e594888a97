// What is planned: money with its sources, phases over time, places, alternatives, who takes part, documents.
import type { Project, ProjectDetail } from '../../api/projects';
import { figure, named } from '../../i18n/format';
import { language } from '../../state/settings';
import { hashOf } from '../../state/renewal/route';
import { PlaceLink } from './PlaceLink';
import { Phases } from './Phases';
import { listOf, moneyOf, projectWords, workWords, zoneName } from './words';

export function Content({ detail }: { detail: ProjectDetail }) {
  const { project } = detail;
  return (
    <div class="p-content">
      <Money project={project} />
      <Phases project={project} />
      <Places project={project} />
      <Alternatives project={project} />
      <Parties project={project} />
      <Documents project={project} />
      <Tasks project={project} />
      <Problems project={project} />
      <Reports project={project} />
    </div>
  );
}

function Money({ project }: { project: Project }) {
  const t = workWords.value;
  const { planned_fen = 0, sources = [] } = project.plan.budget ?? {};
  const spent = project.spent_fen ?? 0;
  const given = sources.reduce((sum, { amount_fen }) => sum + amount_fen, 0);
  const rows = [...sources, ...(given < planned_fen && sources.length > 0 ? [{ name: t.unfunded, amount_fen: planned_fen - given }] : [])];
  const share = (fen: number): string => `${figure(planned_fen > 0 ? (100 * fen) / planned_fen : 0, language.value, 1)}\u202f%`;
  return (
    <section class="n-card">
      <h2>{t.money}</h2>
      <dl class="p-sums">
        {([[t.planned, planned_fen], [t.spent, spent], [t.left, planned_fen - spent]] as const).map(([name, fen]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{moneyOf(fen)}</dd>
          </div>
        ))}
      </dl>
      {planned_fen > 0 && (
        <div class="n-bar" role="img" aria-label={`${t.spent} ${share(spent)}`}>
          <span style={{ width: `${Math.min(100, (100 * spent) / planned_fen)}%` }} />
        </div>
      )}
      {rows.length > 0 && (
        <table class="n-table">
          <thead>
            <tr>
              <th scope="col">{t.sources}</th>
              <th class="number" scope="col">{t.planned}</th>
              <th class="number" scope="col">{t.share}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, amount_fen }, at) => (
              <tr key={at}>
                <td>{name}</td>
                <td class="number">{moneyOf(amount_fen)}</td>
                <td class="number">{share(amount_fen)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Places({ project }: { project: Project }) {
  const t = workWords.value;
  const places = project.plan.places ?? [];
  const zones = project.zones ?? [];
  return (
    <section class="n-card">
      <h2>{t.places}</h2>
      <p class="n-note">{zones.length > 0 ? `${t.zones}${t.list === '、' ? '：' : ': '}${listOf(zones.map(zoneName))}` : t.noZone}</p>
      {places.length === 0 ? <p class="n-note">{t.noPlaces}</p> : (
        <ul class="p-lines">
          {places.map((place, at) => (
            <li key={at}>
              <PlaceLink place={place} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Alternatives({ project }: { project: Project }) {
  const t = workWords.value;
  const list = project.plan.alternatives ?? [];
  if (list.length === 0) return null;
  return (
    <section class="n-card">
      <h2>{t.alternatives}</h2>
      <ul class="p-lines">
        {list.map(({ id, name, role, description }) => (
          <li key={id}>
            <b>{named(name, language.value, id)}</b> <small>{t.alternativeRoles[role]}</small>
            {description && <p class="p-words">{description}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Parties({ project }: { project: Project }) {
  const [t, p] = [workWords.value, projectWords.value];
  const list = project.plan.parties ?? [];
  if (list.length === 0) return null;
  return (
    <section class="n-card">
      <h2>{t.parties}</h2>
      <dl class="p-pairs">
        {list.map(({ role, name }, at) => (
          <div key={at}>
            <dt>{p.roles[role]}</dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Documents({ project }: { project: Project }) {
  const t = workWords.value;
  const list = project.plan.documents ?? [];
  if (list.length === 0) return null;
  return (
    <section class="n-card">
      <h2>{t.documents}</h2>
      <ul class="p-lines">
        {list.map(({ title, url }, at) => (
          <li key={at}>
            <a href={url} target="_blank" rel="noopener noreferrer">
              {title}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The tasks of programming that it comes from; those who may not read them are told of none. */
function Tasks({ project }: { project: Project }) {
  const t = workWords.value;
  const list = project.plan.tasks ?? [];
  if (list.length === 0) return null;
  return (
    <section class="n-card">
      <h2>{t.tasks}</h2>
      <p class="p-links">
        {list.map((id) => (
          <a key={id} href={hashOf('programming', id)}>
            {t.taskRow(id)}
          </a>
        ))}
      </p>
    </section>
  );
}

/** The problems of check-ups that it is to solve; those who may not read check-ups are told of none. */
function Problems({ project }: { project: Project }) {
  const t = workWords.value;
  const list = project.plan.problems ?? [];
  if (list.length === 0) return null;
  return (
    <section class="n-card">
      <h2>{t.problems}</h2>
      <p class="p-links">
        {list.map(({ check_up, problem }) => (
          <a key={`${check_up}/${problem}`} href={hashOf('checkups', check_up, 'problems')}>
            {t.problemRow(check_up, problem)}
          </a>
        ))}
      </p>
    </section>
  );
}

function Reports({ project }: { project: Project }) {
  const t = workWords.value;
  const list = project.plan.reports ?? [];
  if (list.length === 0) return null;
  return (
    <section class="n-card">
      <h2>{t.reports}</h2>
      <p class="p-links">
        {list.map((id) => (
          <a key={id} href={`./#s=report/${id}`}>
            {t.reportLink(id)}
          </a>
        ))}
      </p>
    </section>
  );
}
