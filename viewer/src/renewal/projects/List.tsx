// The projects as a list: a table on a desk, lines on a phone.
import type { ProjectSummary } from '../../api/projects';
import { named } from '../../i18n/format';
import { inOrder } from '../../state/renewal/projects';
import { hashOf } from '../../state/renewal/route';
import { language } from '../../state/settings';
import { Built, Due, State, Voices } from './Columns';
import { listOf, moneyOf, projectWords, workWords, zoneName } from './words';

export function List({ projects }: { projects: readonly ProjectSummary[] }) {
  const t = workWords.value;
  return (
    <div class="n-card p-list">
      <table class="n-table">
        <thead>
          <tr>
            {[t.name, t.state, t.kind, t.zone].map((head) => <th key={head} scope="col">{head}</th>)}
            <th class="number" scope="col">{t.budget}</th>
            <th class="number" scope="col">{t.spentHead}</th>
            <th scope="col">{t.next}</th>
          </tr>
        </thead>
        <tbody>
          {inOrder(projects).map((project) => <Row key={project.id} project={project} />)}
        </tbody>
      </table>
    </div>
  );
}

function Row({ project }: { project: ProjectSummary }) {
  const [t, p] = [workWords.value, projectWords.value];
  const { id, name, kind, level, zones, planned_fen, spent_fen, state } = project;
  return (
    <tr data-project={id}>
      <td class="p-name">
        <a href={hashOf('projects', id)}>{named(name, language.value, String(id))}</a>
      </td>
      <td>
        <State state={state} />
      </td>
      <td>
        {p.kinds[kind]}
        <small class="p-under">{p.levels[level]}</small>
      </td>
      <td>{zones.length > 0 ? listOf(zones.map(zoneName)) : t.noZone}</td>
      <td class="number" data-name={t.budget}>{moneyOf(planned_fen)}</td>
      <td class="number" data-name={t.spentHead}>{moneyOf(spent_fen)}</td>
      <td>
        <Built project={project} />
        <Due project={project} />
        <Voices project={project} />
      </td>
    </tr>
  );
}
