// A month of notices and of what affects residents: a grid of weeks on a desk, the days with something on them on a phone.
//
// In: the address (month, zone), the server's lists. Out: links to projects.
import { getTimetable, type Timetable } from '../../api/timetable';
import { named } from '../../i18n/format';
import { Icon } from '../../panels/Icon';
import { entriesOf, isMonth, monthAfter, onDay, weeksOf, type Entry } from '../../state/renewal/project-calendar';
import { dayAt } from '../../state/renewal/project-days';
import { hashOf, narrow, route } from '../../state/renewal/route';
import { zones } from '../../state/session';
import { language } from '../../state/settings';
import { Known, useAsked } from '../parts';
import { useNews } from './useNews';
import { dayOf, listOf, momentOf, projectWords, workWords, zoneName } from './words';

export function Calendar() {
  const t = workWords.value;
  const zone = route.value.query.get('zone') ?? '';
  const today = dayAt(new Date());
  const written = route.value.query.get('month') ?? '';
  const month = isMonth(written) ? written : today.slice(0, 7);
  const days = weeksOf(month).flat();
  const [asked, again] = useAsked<Timetable>(`calendar/${month}/${zone}`, (signal) => getTimetable(days[0] ?? today, days.at(-1) ?? today, zone, signal));
  useNews(again);
  return (
    <>
      <div class="n-filters">
        <Months month={month} />
        <select class="n-input" aria-label={t.anyZone} value={zone} onChange={(event) => narrow({ zone: event.currentTarget.value })}>
          <option value="">{t.anyZone}</option>
          {zones.value.map(({ id }) => (
            <option key={id} value={id}>
              {zoneName(id)}
            </option>
          ))}
        </select>
      </div>
      <Known asked={asked} again={again}>
        {({ projects, cut }) => (
          <>
            {cut && <p class="p-missing">{t.calendarCut}</p>}
            <Month month={month} today={today} entries={entriesOf(projects)} />
          </>
        )}
      </Known>
    </>
  );
}

function Months({ month }: { month: string }) {
  const t = workWords.value;
  const title = new Intl.DateTimeFormat(language.value === 'zh' ? 'zh-CN' : 'en-GB', { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(`${month}-01`));
  return (
    <div class="p-months" role="group" aria-label={t.month}>
      <button class="tool" type="button" aria-label={t.before} title={t.before} onClick={() => narrow({ month: monthAfter(month, -1) })}>
        <Icon name="chevron-left" />
      </button>
      <h2 aria-live="polite">{title}</h2>
      <button class="tool" type="button" aria-label={t.after} title={t.after} onClick={() => narrow({ month: monthAfter(month, 1) })}>
        <Icon name="chevron-right" />
      </button>
      <button class="link" type="button" onClick={() => narrow({ month: '' })}>
        {t.thisMonth}
      </button>
    </div>
  );
}

function Month({ month, today, entries }: { month: string; today: string; entries: readonly Entry[] }) {
  const t = workWords.value;
  const weeks = weeksOf(month);
  const isEmpty = weeks.flat().every((day) => !day.startsWith(month) || onDay(entries, day).length === 0);
  const weekday = new Intl.DateTimeFormat(language.value === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'short', timeZone: 'UTC' });
  if (isEmpty) return <p class="n-empty">{t.nothingInMonth}</p>;
  return (
    <div class="p-month n-scroll" tabIndex={0} role="group" aria-label={t.shapes.calendar}>
      <ul class="p-weekdays" aria-hidden="true">
        {(weeks[0] ?? []).map((day) => (
          <li key={day}>{weekday.format(new Date(day))}</li>
        ))}
      </ul>
      <ol class="p-days">
        {weeks.flat().map((day) => (
          <Day key={day} day={day} month={month} today={today} entries={onDay(entries, day)} />
        ))}
      </ol>
    </div>
  );
}

function Day({ day, month, today, entries }: { day: string; month: string; today: string; entries: readonly Entry[] }) {
  return (
    <li data-empty={entries.length === 0} data-other={!day.startsWith(month)} aria-current={day === today ? 'date' : undefined}>
      <time dateTime={day} title={dayOf(day)}>
        <span class="p-number">{Number(day.slice(8))}</span>
        <span class="p-long">{dayOf(day)}</span>
      </time>
      <ul>
        {entries.map((entry, at) => (
          <li key={at}>
            <Line entry={entry} day={day} />
          </li>
        ))}
      </ul>
    </li>
  );
}

function Line({ entry: { project, effect, to }, day }: { entry: Entry; day: string }) {
  const [t, p] = [workWords.value, projectWords.value];
  const what = effect ? p.effects[effect.kind] : to === day ? t.lastNoticeDay : t.notice;
  const where = project.zones.length > 0 ? listOf(project.zones.map(zoneName)) : '';
  const when = effect ? `${momentOf(effect.from)} – ${momentOf(effect.to)} · ${effect.text}` : '';
  return (
    <a class="p-entry" data-felt={effect !== null} href={hashOf('projects', project.id, effect ? 'works' : '')} title={when === '' ? undefined : when}>
      <b>{what}</b> {named(project.name, language.value, String(project.id))} <small>{where}</small>
    </a>
  );
}
