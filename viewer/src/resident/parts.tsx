// What the residents' pages are made of: icons, a page with its title, rows of reports, states.
import type { ComponentChildren } from 'preact';
import { signal } from '@preact/signals-core';
import icons from '../../../assets/icons/resident.json';
import type { Report } from '../api/reports';
import { online, reachable } from '../state/resident/me';
import { kinds } from '../state/resident/reports';
import { back, go, hashOf } from '../state/resident/route';
import { kindName, since, words } from './words';

/** Paths by name: what the first page shows, and the rest once it has come. */
const paths = signal<Readonly<Record<string, string>>>(icons);

/** Fetches the symbols that the first page does not need. */
export function fetchIcons(): void {
  import('../../../assets/icons/reports.json').then(
    ({ default: more }) => (paths.value = { ...icons, ...more }),
    () => setTimeout(fetchIcons, 10_000),
  );
}

/** Decorative: the word stands beside it. */
export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths.value[name] ?? icons['circle-dot']} />
    </svg>
  );
}

/** A page below the first: its title, and the way back. */
export function Page({ title, children, foot }: { title: string; children: ComponentChildren; foot?: ComponentChildren }) {
  return (
    <>
      <header class="r-top">
        <button class="r-back" type="button" aria-label={words.value.back} onClick={back}>
          <Icon name="arrow-left" />
        </button>
        <h1>{title}</h1>
      </header>
      <main class="r-page">{children}</main>
      {foot !== undefined && <footer class="r-foot">{foot}</footer>}
    </>
  );
}

/** Where a report is: a word, its colour only beside it. */
export function StateMark({ report }: { report: Report }) {
  const t = words.value;
  const late = report.urge === 'overdue' || report.urge === 'escalated';
  return (
    <span class="r-state" data-state={report.state}>
      {t.states[report.state]}
      {late && <small>{report.urge === 'escalated' ? t.escalated : t.isLate}</small>}
    </span>
  );
}

export function ReportRows({ reports }: { reports: readonly Report[] }) {
  return (
    <ul class="r-rows">
      {reports.map((report) => (
        <li key={report.id}>
          <a href={hashOf({ page: 'report', id: report.id })}>
            <Icon name={kinds.value?.get(report.kind)?.icon ?? 'circle-dot'} />
            <span class="r-what">
              <b>{kindName(report.kind)}</b>
              <span class="r-text">{report.text}</span>
              <small>
                {[report.place.address, since(report.created_at)].filter(Boolean).join(' · ')}
              </small>
            </span>
            <StateMark report={report} />
          </a>
        </li>
      ))}
    </ul>
  );
}

export function Loading() {
  // The line above says that there is no network.
  if (!online.value || !reachable.value) return null;
  return (
    <p class="r-empty" role="status">
      {words.value.loading}
    </p>
  );
}

/** A button that goes to a page. */
export function Door({ icon, title, hint, to, kind }: { icon: string; title: string; hint: string; to: Parameters<typeof go>[0]; kind: string }) {
  return (
    <button class="r-door" type="button" data-kind={kind} onClick={() => go(to)}>
      <Icon name={icon} />
      <b>{title}</b>
      <small>{hint}</small>
    </button>
  );
}
