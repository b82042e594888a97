// One project: where it is on its way, what one may do, its plan, what is said of it, its works, what happened.
//
// In: its number, the server's answers. Out: its page, a part of it at a time, as the address says.
import { useSignal } from '@preact/signals';
import { getProject, type ProjectDetail } from '../../api/projects';
import { named } from '../../i18n/format';
import { hashOf, route } from '../../state/renewal/route';
import { language } from '../../state/settings';
import { Head, Known, SignInHint, useAsked } from '../parts';
import { State } from './Columns';
import { Content } from './Content';
import { Course } from './Course';
import { Opinions } from './Opinions';
import { Trail } from './Trail';
import { useNews } from './useNews';
import { projectWords, workWords } from './words';
import { Works } from './Works';

/** What a part of the page is given: the project as it is known, and how to know it anew. */
export interface Shown {
  readonly detail: ProjectDetail;
  /** What the server answered to a deed. */
  readonly put: (detail: ProjectDetail) => void;
  readonly again: () => void;
}

type Part = keyof typeof workWords.value.tabs;

const PARTS = { '': Course, content: Content, opinions: Opinions, works: Works, trail: Trail } as const satisfies Readonly<Record<Part, (shown: Shown) => preact.JSX.Element>>;

export function Project({ id }: { id: number }) {
  const [asked, again, put] = useAsked<ProjectDetail>(String(id), () => getProject(id));
  const version = asked.state === 'known' ? asked.it.project.version : null;
  /** The version beyond which there is another, while someone writes about it. */
  const behind = useSignal<number | null>(null);
  // What someone decides upon does not change under their hands; the server tells who was overtaken.
  useNews(() => (document.querySelector('form.p-deed') ? (behind.value = version) : again()), id, version);
  return (
    <Known asked={asked} again={again}>
      {(detail) => (
        <>
          {behind.value === detail.project.version && <Newer again={again} />}
          <Page detail={detail} put={put} again={again} />
        </>
      )}
    </Known>
  );
}

function Newer({ again }: { again: () => void }) {
  const t = workWords.value;
  return (
    <p class="p-missing" role="status">
      {t.newer}{' '}
      <button class="link" type="button" onClick={again}>{t.seeNewer}</button>
    </p>
  );
}

function Page(shown: Shown) {
  const [t, p] = [workWords.value, projectWords.value];
  const { project, may } = shown.detail;
  const { plan, id, state, voices } = project;
  const part = (Object.keys(PARTS) as Part[]).find((one) => one === route.value.part) ?? '';
  const Body = PARTS[part];
  const open = (voices?.opinions_open ?? 0) + (voices?.complaints_open ?? 0);
  return (
    <>
      <p class="p-back">
        <a href={hashOf('projects')}>{t.back}</a>
      </p>
      <Head
        title={named(plan.name, language.value, t.numbered(id))}
        under={
          <>
            <State state={state} /> {[t.numbered(id), p.kinds[plan.kind], p.levels[plan.level]].join(' · ')}
          </>
        }
      >
        {may.includes('plan') && (
          <a class="button quiet" href={hashOf('projects', id, 'plan')}>
            {t.changePlan}
          </a>
        )}
      </Head>
      <SignInHint />
      <nav class="n-tabs" aria-label={named(plan.name, language.value, t.numbered(id))}>
        {(Object.keys(PARTS) as Part[]).map((one) => (
          <a key={one} href={hashOf('projects', id, one)} aria-current={one === part ? 'page' : undefined}>
            {t.tabs[one]}
            {one === 'opinions' && open > 0 && <small class="p-dot">{open}</small>}
          </a>
        ))}
      </nav>
      <Body {...shown} />
    </>
  );
}
