// What happened to a project, newest first; older entries come when they are wanted.
import { useSignal } from '@preact/signals';
import type { ProjectEntry } from '../../api/projects';
import { getTrail } from '../../api/project-work';
import { Failed, useDeed } from '../parts';
import { words } from '../words';
import { Pictures } from './Pictures';
import type { Shown } from './Project';
import { listOf, momentOf, projectWords, workWords } from './words';

export function Trail({ detail }: Shown) {
  const t = workWords.value;
  const older = useSignal<{ readonly of: number; readonly entries: readonly ProjectEntry[]; readonly next: number | null } | null>(null);
  const { busy, why, run } = useDeed();
  // What came before belongs to the page that it was asked for.
  const more = older.value?.of === detail.project.version ? older.value : null;
  const entries = [...detail.trail, ...(more?.entries ?? [])];
  const next = more ? more.next : (detail.trail_next ?? null);
  const load = (before: number): Promise<boolean> =>
    run(async () => {
      const page = await getTrail(detail.project.id, before);
      older.value = { of: detail.project.version, entries: [...(more?.entries ?? []), ...page.trail], next: page.next ?? null };
    });
  return (
    <section class="n-card">
      <h2>{words.value.trail}</h2>
      <ol class="p-trail">
        {entries.map((entry) => (
          <Entry key={`${entry.version}-${entry.event.type}`} entry={entry} />
        ))}
      </ol>
      <Failed why={why} />
      {next !== null && (
        <button class="button quiet" type="button" disabled={busy} onClick={() => void load(next)}>
          {t.older}
        </button>
      )}
    </section>
  );
}

function Entry({ entry }: { entry: ProjectEntry }) {
  const t = workWords.value;
  return (
    <li>
      <b>{whatOf(entry)}</b>
      <small>{[words.value.by(t.partyNames[entry.party] ?? entry.party), momentOf(entry.at)].join(' · ')}</small>
      {entry.text && <p class="p-words">{entry.text}</p>}
      <Pictures ids={entry.photos ?? []} />
    </li>
  );
}

function whatOf({ event }: ProjectEntry): string {
  const [t, p] = [workWords.value, projectWords.value];
  switch (event.type) {
    case 'done':
      return p.deeds[event.deed];
    case 'created':
      return t.events.created;
    case 'answered':
      return t.events.answered;
    case 'asked':
      return t.events.asked(listOf(event.departments));
    case 'heard':
      return t.events.heard(event.department, t.stances[event.stance]);
    case 'voiced':
      return t.events.voiced[event.kind];
    case 'progressed':
      return t.events.progressed(event.percent);
    case 'programmed':
      return t.events.programmed(event.report);
    case 'planned':
      return t.events.planned(listOf(event.fields.map((field) => t.fields[field] ?? field)));
    case 'urged':
      return t.urges[event.urge];
  }
}
