// Phases of a project as bars over time, with the day of today across them.
import type { Project } from '../../api/projects';
import { named } from '../../i18n/format';
import { dayAt, within } from '../../state/renewal/project-days';
import { language } from '../../state/settings';
import { dayOf, workWords } from './words';

export function Phases({ project }: { project: Project }) {
  const t = workWords.value;
  const phases = project.plan.phases ?? [];
  if (phases.length === 0)
    return (
      <section class="n-card">
        <h2>{t.phases}</h2>
        <p class="n-note">{t.noPhases}</p>
      </section>
    );
  const whole = { from: phases.map(({ from }) => from).sort()[0] ?? '', to: phases.map(({ to }) => to).sort().at(-1) ?? '' };
  const done = new Map((project.phases_done ?? []).map(({ phase, on }) => [phase, on]));
  const today = dayAt(new Date());
  const now = today >= whole.from && today <= whole.to ? within({ from: today, to: today }, whole) : null;
  const percent = (part: number): string => `${(100 * part).toFixed(2)}%`;
  return (
    <section class="n-card">
      <h2>{t.phases}</h2>
      <ol class="p-phases">
        {phases.map(({ id, name, from, to }) => {
          const bar = within({ from, to }, whole);
          const on = done.get(id);
          const late = on === undefined && to < today && (project.state === 'works' || project.state === 'suspended');
          return (
            <li key={id} data-done={on !== undefined} data-late={late}>
              <b>{named(name, language.value, id)}</b>
              <small>
                {dayOf(from)} – {dayOf(to)}
                {on !== undefined && ` · ${t.phaseDone(dayOf(on))}`}
                {late && <strong> · {t.overdue}</strong>}
              </small>
              <span class="p-span" aria-hidden="true">
                <span style={{ marginInlineStart: percent(bar.start), width: percent(bar.width) }} />
                {now && <i style={{ insetInlineStart: percent(now.start) }} title={t.today} />}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
