// A report that is opened: what was reported and where, what is owed by when, what can be done, what happened.
//
// In: state/opened. Out: its calls. Shown in the sheet beside the scene.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { photoAddress } from '../api/photos';
import type { Report, ReportDetail as Detail, ReportEntry } from '../api/reports';
import { named, quantity } from '../i18n';
import { account } from '../state/account';
import { goToBuilding, goToDeviceId, select } from '../state/actions';
import { devices } from '../state/devices';
import { failed, opened, performDeed, read, similar, openedId } from '../state/opened';
import { urgencyOf } from '../state/report-looks';
import { buildingById } from '../state/session';
import { language } from '../state/settings';
import { want } from '../state/tools';
import { buildingName, zoneName } from './BuildingRows';
import { goToReport } from './DeskCard';
import { ReportContact } from './ReportContact';
import { Deeds, Say } from './ReportDeeds';
import { Voice } from './ReportVoice';
import { STATUS_OF, deskWords, kindName, momentOf, timeLeft } from './report-texts';

export function ReportDetail() {
  const t = deskWords.value;
  // By a link it may be opened before the desk was.
  useEffect(() => want('desk'), []);
  const now = opened.value;
  if (now === 'asking') return <p class="empty" role="status">{t.asking}</p>;
  if (typeof now === 'string') {
    const id = openedId.value;
    return (
      <p class="empty" role="alert">
        {now === 'gone' ? t.gone : t.detailFailed}{' '}
        {now === 'failed' && id !== null && (
          <button class="link" onClick={() => void read(id)}>
            {t.again}
          </button>
        )}
      </p>
    );
  }
  const { report, trail } = now;
  return (
    <div class="report">
      {failed.value?.why === 'overtaken' && <p class="overtaken" role="alert">{t.overtaken}</p>}
      <Standing report={report} />
      <p class="said">{report.text}</p>
      <Voice voice={trail[0]?.voice} />
      <Pictures ids={report.photos ?? []} />
      {report.answer && (
        <section>
          <h3>{t.answer}</h3>
          <p class="said">{report.answer}</p>
        </section>
      )}
      <Deeds detail={now} />
      <Similar detail={now} />
      <Facts detail={now} />
      <section>
        <h3>{t.trail}</h3>
        <ol class="trail">
          {trail.map((entry, at) => (
            <Entry key={at} entry={entry} first={at === 0} />
          ))}
        </ol>
        {now.may_say && <Say detail={now} />}
      </section>
    </div>
  );
}

/** Where it is on its way, what is owed by when, and how far its lateness was told. */
function Standing({ report }: { report: Report }) {
  const t = deskWords.value;
  const { deadline, urge = 'none', rating } = report;
  return (
    <div class="state" data-status={STATUS_OF[urgencyOf(report)]}>
      <p>
        <span class="word">{t.states[report.state]}</span>
        {report.body && <span>{t.bodies[report.body]}</span>}
        {deadline && <b>{timeLeft(report)}</b>}
      </p>
      {deadline && (
        <p>
          {t.owedBy(t.owed[deadline.step], momentOf(deadline.due))}
          {urge !== 'none' && ` · ${t.urgesSaid[urge]}`}
        </p>
      )}
      {rating && (
        <p>
          {t.rating}{' '}
          <span aria-label={t.stars(rating.stars)} role="img">
            {'★'.repeat(rating.stars)}
            {'☆'.repeat(5 - rating.stars)}
          </span>{' '}
          {rating.text}
        </p>
      )}
    </div>
  );
}

function Facts({ detail: { report, contact } }: { detail: Detail }) {
  const t = deskWords.value;
  const { place, main, project, reopened = 0 } = report;
  const device = place.device ? devices.value.get(place.device) : undefined;
  const building = place.object ? buildingById.value.get(place.object) : undefined;
  const rows: (readonly [string, ComponentChildren])[] = [
    [t.kind, `${t.line[report.line]} · ${kindName(report.kind)}`],
    [t.reported, momentOf(report.created_at)],
    [t.zone, zoneName(report.zone ?? '') || report.zone],
    [t.address, place.address ?? (place.position ? null : t.noPlace)],
    [t.object, building ? <Link press={() => goToBuilding(building)}>{buildingName(building)}</Link> : place.object],
    [t.device, device ? <Link press={() => goToDeviceId(device.id)}>{named(device.name, language.value, device.id)}</Link> : place.device],
    [t.main, main ? <Link press={() => select({ type: 'report', id: String(main) })}>{t.number(main)}</Link> : null],
    [t.project, project],
    [t.programming, may('collect_needs') || may('read_programming') ? <Programming report={report} /> : null],
    [t.onBehalf, report.on_behalf ? t.yes : null],
    [t.contact, contact ? <ReportContact key={report.id} id={report.id} hint={contact} /> : null],
    [t.visible, report.open ? t.open : t.closed],
    [t.reopened, reopened > 0 ? t.times(reopened) : null],
  ];
  return (
    <section>
      <h3>{t.facts}</h3>
      <dl class="facts">
        {rows
          .filter(([, value]) => value !== null && value !== undefined && value !== '')
          .map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}
      </dl>
    </section>
  );
}

const may = (action: 'collect_needs' | 'read_programming'): boolean => account.value?.actions.includes(action) === true;

/** The needs that come from it, on the pages of programming, and another one. */
function Programming({ report: { id } }: { report: Report }) {
  const t = deskWords.value;
  return (
    <>
      <a href={`./renewal#programming/needs?report=${id}`}>{t.needsOf}</a>{' '}
      {may('collect_needs') && <a href={`./renewal#programming/needs/new?reports=${id}`}>{t.newNeed}</a>}
    </>
  );
}

function Link({ press, children }: { press: () => void; children: ComponentChildren }) {
  return (
    <button class="link" onClick={press}>
      {children}
    </button>
  );
}

/** What lies near and may be the same: joined with a press, which can be taken back. */
function Similar({ detail: { report, possible } }: { detail: Detail }) {
  const t = deskWords.value;
  if (similar.value.length === 0 || !possible.includes('merge')) return null;
  return (
    <section>
      <h3>{t.similar}</h3>
      <ul class="similar">
        {similar.value.map(({ report: other, distance_m }) => (
          <li key={other.id}>
            <button class="what" onClick={() => goToReport(other)} title={t.look}>
              <span class="said">{other.text}</span>
              <small>
                {[t.number(other.id), t.states[other.state], t.metres(quantity(distance_m, 'm', language.value, 0))].join(' · ')}
              </small>
            </button>
            {other.state !== 'submitted' && (
              <button class="button quiet" onClick={() => void performDeed(report, { deed: 'merge', main: other.id }, t.takenBack)}>
                {t.mergeInto}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Entry({ entry, first }: { entry: ReportEntry; first: boolean }) {
  const t = deskWords.value;
  const { event } = entry;
  const what = event.type === 'submitted' ? t.submitted : event.type === 'said' ? t.said : event.type === 'urged' ? t.urges[event.urge] : t.deeds[event.deed];
  return (
    <li data-event={event.type} data-party={entry.party}>
      <b>{entry.body ? `${what}${language.value === 'zh' ? '' : ' '}${t.to(t.bodies[entry.body])}` : what}</b>
      <small>
        {t.parties[entry.party] ?? entry.party} · {momentOf(entry.at)}
      </small>
      {entry.text && <p class="said">{entry.text}</p>}
      {!first && <Voice voice={entry.voice} />}
      {!first && <Pictures ids={entry.photos ?? []} />}
    </li>
  );
}

function Pictures({ ids }: { ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <div class="photos">
      {ids.map((id, at) => (
        <a key={id} href={photoAddress(id, 'large')} target="_blank" rel="noopener">
          <img src={photoAddress(id, 'small')} alt={deskWords.value.photoOf(at + 1)} loading="lazy" />
        </a>
      ))}
    </div>
  );
}
