// The resources that a task uses, and those that suit it: taken up and given back with a press.
import { inTurn } from '../../api/in-turn';
import { resources, tasks, type ResourceMatch, type ResourceRow, type TaskDetail, type TaskDraw } from '../../api/programming';
import { quantity } from '../../i18n/format';
import { leftOf } from '../../state/renewal/programming';
import { hashOf } from '../../state/renewal/route';
import { language } from '../../state/settings';
import { Failed, Known, useAsked } from '../parts';
import { useWork } from '../projects/useWork';
import { StateMark } from './parts';
import type { Shown } from './Listing';
import { amountIn, nameOf, texts } from './words';

export function TaskResources({ detail, again, put }: Shown<TaskDetail>) {
  const t = texts.value.tasks;
  const { row: { task }, suiting, may_plan } = detail;
  const draws = task.plan.resources ?? [];
  const { busy, why, work } = useWork({ put, again });
  const ids = [...draws.map(({ resource }) => resource), ...suiting.map(({ resource }) => resource)];
  const [asked, askAgain] = useAsked(`task/${task.id}/resources/${task.version}/${ids.join('.')}`, async (signal) => {
    const found = await inTurn(ids, (id) => resources.one(id, signal), signal);
    return new Map(found.map(({ row }) => [row.resource.id, row]));
  });
  const write = (next: readonly TaskDraw[]): void => void work(() => tasks.change(task.id, { resources: [...next], version: task.version }));
  return (
    <section class="n-card">
      <h2>{t.resources}</h2>
      <Known asked={asked} again={askAgain}>
        {(known) => (
          <>
            {draws.length === 0 && <p class="n-note">{t.noResources}</p>}
            <ul class="p-lines">
              {draws.map((draw) => (
                <li key={draw.resource} data-resource={draw.resource}>
                  <ResourceLine of={known.get(draw.resource)} id={draw.resource} /> {draw.amount && <b>{amountIn(draw.amount)}</b>}{' '}
                  {may_plan && (
                    <button class="link" type="button" disabled={busy} onClick={() => write(draws.filter((one) => one !== draw))}>
                      {t.unuse}
                    </button>
                  )}
                </li>
              ))}
            </ul>
            {suiting.length > 0 && (
              <>
                <h3>{t.suiting}</h3>
                <p class="n-note">{t.suitingNote}</p>
                <ul class="p-lines">
                  {suiting.map((match) => (
                    <li key={match.resource} data-suits={match.resource}>
                      <ResourceLine of={known.get(match.resource)} id={match.resource} /> <small>{matchIn(match)}</small>{' '}
                      {may_plan && (
                        <button class="link" type="button" disabled={busy} onClick={() => write([...draws, { resource: match.resource }])}>
                          {t.use}
                        </button>
                      )}
                    </li>
                  ))}
                </ul>
              </>
            )}
          </>
        )}
      </Known>
      <Failed why={why} />
    </section>
  );
}

/** Why a resource suits. */
export function matchIn({ same_zone, distance_m }: ResourceMatch): string {
  const t = texts.value.tasks;
  // What stands in the very place needs no distance.
  const away = typeof distance_m === 'number' && distance_m >= 1 ? t.away(quantity(distance_m, 'm', language.value, 0)) : '';
  return [same_zone ? t.sameZone : '', away].filter(Boolean).join(' · ');
}

export function ResourceLine({ of, id }: { of: ResourceRow | undefined; id: number }) {
  const t = texts.value;
  const left = of ? leftOf(of) : null;
  return (
    <>
      <a href={hashOf('programming/resources', id)}>{of ? nameOf(of.resource.plan.name, id) : t.numbered(id)}</a>{' '}
      {of && <StateMark of={of.resource.state} word={t.resources.states[of.resource.state]} />}{' '}
      {of && <small>{[t.resources.kinds[of.resource.plan.kind], left ? `${t.resources.left} ${amountIn(left)}` : ''].filter(Boolean).join(' · ')}</small>}
    </>
  );
}
