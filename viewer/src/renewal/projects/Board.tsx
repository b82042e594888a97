// All projects: figures on top, what they are narrowed to, and the projects as a board, a list or a calendar.
//
// In: the address, the server's answers. Out: links to projects, and the address that keeps what is narrowed.
import type { ProjectFigures, ProjectPage } from '../../api/projects';
import { getProjectFigures } from '../../api/projects';
import { getAllProjects } from '../../api/project-work';
import { figure } from '../../i18n/format';
import { Icon } from '../../panels/Icon';
import { later } from '../../panels/later';
import { account } from '../../state/account';
import { questionOf, tableOf } from '../../state/renewal/projects';
import { hashOf, route } from '../../state/renewal/route';
import { language } from '../../state/settings';
import { Figures, Head, Known, SignInHint, YearLink, useAsked } from '../parts';
import { words } from '../words';
import { Columns } from './Columns';
import { Filters, Shapes, useShape } from './Filters';
import { List } from './List';
import { useNews } from './useNews';
import { moneyOf, workWords } from './words';

const Calendar = later<object>(() => import('./Calendar').then((page) => page.Calendar));

/** A board of more cards than this is no board; the page says so. */
const MOST = 1000;

export function Board() {
  const t = workWords.value;
  const shape = useShape();
  return (
    <div class="p-all">
      <Head title={words.value.projects} under={shape === 'calendar' ? t.calendarUnder : t.underTitle}>
        <Shapes />
        <YearLink />
        {mayPlan() && (
          <a class="button" href={hashOf('projects', 'new')}>
            <Icon name="plus" />
            {t.newProject}
          </a>
        )}
      </Head>
      <SignInHint />
      {shape === 'calendar' ? <Calendar /> : <Found />}
    </div>
  );
}

/** Whether one may begin a project somewhere; the server has the last word. */
function mayPlan(): boolean {
  return account.value?.user?.roles.some(({ role }) => role === 'community_planner' || role === 'administrator') ?? false;
}

function Found() {
  const t = workWords.value;
  const question = questionOf(route.value.query);
  const key = JSON.stringify(question);
  const [asked, again] = useAsked<ProjectPage>(key, (signal) => getAllProjects(question, MOST, signal));
  const [figures, countAgain] = useAsked<ProjectFigures>('figures', getProjectFigures);
  useNews(() => {
    again();
    countAgain();
  });
  const shape = useShape();
  const table = tableOf(route.value.query, language.value);
  return (
    <>
      <Known asked={figures} again={countAgain}>{(known) => <Standing figures={known} />}</Known>
      <Filters />
      <Known asked={asked} again={again}>
        {({ projects, total }) =>
          total === 0 ? (
            <p class="n-empty">{key === '{}' ? t.empty : t.nothingFits}</p>
          ) : (
            <>
              <p class="p-count" role="status">
                <span>{t.shown(projects.length, total)}</span>
                <a href={table.csv} download="projects.csv" title={table.ignores.length > 0 ? t.exportIgnores : undefined}>{words.value.export}</a>
                <a href={table.xlsx} download="projects.xlsx" title={table.ignores.length > 0 ? t.exportIgnores : undefined}>{t.exportSheet}</a>
                <a href={table.gpkg} download="renewal.gpkg" title={t.exportLayersNote}>{t.exportLayers}</a>
                {table.ignores.length > 0 && <small>{t.exportIgnores}</small>}
              </p>
              {shape === 'board' ? <Columns projects={projects} /> : <List projects={projects} />}
            </>
          )
        }
      </Known>
    </>
  );
}

function Standing({ figures: { total, late, voices_open } }: { figures: ProjectFigures }) {
  const t = workWords.value;
  const count = (value: number): string => figure(value, language.value, 0);
  const percent = total.planned_fen > 0 ? `${count((100 * total.spent_fen) / total.planned_fen)}\u202f%` : null;
  return (
    <Figures
      of={[
        [t.figures.number, count(total.projects)],
        [t.figures.planned, moneyOf(total.planned_fen)],
        percent === null ? [t.figures.spent, moneyOf(total.spent_fen)] : [t.figures.spent, moneyOf(total.spent_fen), t.figureNotes.spentOf(percent)],
        [t.figures.late, count(late), t.figureNotes.late],
        [t.figures.open, count(voices_open), t.figureNotes.open],
      ]}
    />
  );
}
