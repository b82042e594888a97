// Key figures: devices online, open alarms by level, readings a minute; and each kind's health.
import { named } from '../i18n';
import type { DeviceStatus } from '../api/types';
import { alarms, lookOf } from '../state/alarms';
import { devices, devicesKnown } from '../state/devices';
import { kinds } from '../state/session';
import { language, texts } from '../state/settings';
import { STATUSES } from '../state/status';
import { figuresByKind, figuresByLevel, type KindFigures } from '../state/wall/figures';
import { emergency } from '../state/wall/displays';
import { Glyph, Panel, useFit } from './parts';
import { readingsPerMinute } from './rate';
import { count, words } from './texts';

export function Figures() {
  const t = words.value;
  const all = devices.value;
  const offline = [...all.values()].filter(({ status }) => status === 'offline').length;
  const rate = readingsPerMinute.value;
  const levels = figuresByLevel(alarms.value.values());
  const waiting = levels.reduce((sum, { open }) => sum + open, 0);
  return (
    <Panel name="figures" title={t.figures}>
      <div class="w-keys">
        <p class="w-key" data-figure="online">
          <b>{devicesKnown.value ? count(all.size - offline) : '–'}</b>
          <span>
            {t.ofDevices(count(all.size))}
            {offline > 0 && (
              <em class="word" data-status="offline">
                {t.offlineCount(count(offline))}
              </em>
            )}
          </span>
        </p>
        <p class="w-key" data-figure="rate">
          <b>{rate === null ? '–' : count(rate)}</b>
          <span>{rate === null ? t.counting : t.perMinute}</span>
        </p>
      </div>
      <h3>
        {t.openAlarms}
        <span class="w-note">{waiting > 0 ? t.waiting(count(waiting)) : levels.some(({ acknowledged }) => acknowledged > 0) ? t.noneWaiting : ''}</span>
      </h3>
      <ul class="w-levels">
        {levels.map(({ level, open, acknowledged }) => {
          const look = lookOf(level);
          return (
            <li key={level} data-status={look} data-level={level} data-none={open + acknowledged === 0}>
              <b>{count(open + acknowledged)}</b>
              <span>
                <Glyph status={look} size={18} />
                {t.level[level]}
              </span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

const ROW = 40;

export function Devices() {
  const t = words.value;
  const [ref, fit] = useFit<HTMLUListElement>(ROW);
  const plan = emergency.value?.plan;
  const wanted = plan && plan.kinds.length > 0 ? new Set(plan.kinds) : null;
  const all = figuresByKind(devices.value.values());
  // In an emergency the plan's kinds come first.
  const rows = wanted ? [...all.filter(({ kind }) => wanted.has(kind)), ...all.filter(({ kind }) => !wanted.has(kind))] : all;
  const room = rows.length > fit ? Math.max(fit - 1, 0) : fit;
  const rest = rows.slice(room);
  return (
    <Panel name="devices" title={t.byKind} note={<Legend />} grow>
      {devicesKnown.value && rows.length === 0 && <p class="w-empty">{texts.value.noDevices}</p>}
      <ul class="w-kinds" ref={ref}>
        {rows.slice(0, room).map((row) => (
          <KindRow key={row.kind} of={row} />
        ))}
        {fit > 0 && rest.length > 0 && <li class="w-more">{rest.every(isWell) ? t.restNormal(rest.length) : t.restKinds(rest.length)}</li>}
      </ul>
    </Panel>
  );
}

const isWell = ({ counts, total }: KindFigures): boolean => counts.normal === total;

/** Which colours of the bars occur, worst first. */
function Legend() {
  const found = STATUSES.filter((status) => status !== 'normal' && [...devices.value.values()].some((device) => device.status === status));
  return (
    <>
      {found.map((status) => (
        <span key={status} class="w-legend" data-status={status}>
          <Glyph status={status} size={16} />
          {texts.value.status[status]}
        </span>
      ))}
    </>
  );
}

/** Widths of a bar in its 1,000 units; what occurs is seen, however rare. */
function widths({ counts, total }: KindFigures): { status: DeviceStatus; width: number }[] {
  const order = [...STATUSES].reverse().filter((status) => counts[status] > 0);
  const least = 24;
  const shares = order.map((status) => ({ status, width: Math.max(least, (counts[status] / total) * 1000) }));
  const sum = shares.reduce((all, { width }) => all + width, 0);
  return shares.map(({ status, width }) => ({ status, width: (width / sum) * 1000 }));
}

function KindRow({ of }: { of: KindFigures }) {
  const t = words.value;
  const kind = kinds.value.get(of.kind);
  const worst = STATUSES.find((status) => of.counts[status] > 0) ?? 'normal';
  const name = named(kind?.name, language.value, of.kind);
  const spoken = STATUSES.filter((status) => of.counts[status] > 0).map((status) => `${texts.value.status[status]} ${of.counts[status]}`);
  let x = 0;
  return (
    <li data-status={worst} data-kind={of.kind}>
      <Glyph status={worst} icon={kind?.icon ?? ''} size={28} />
      <span class="name">{name}</span>
      <span class="figure">
        <b>{count(of.online)}</b> / {count(of.total)}
        <span class="visually-hidden">{t.online}</span>
      </span>
      <svg class="w-health" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label={spoken.join(texts.value.separator)}>
        {widths(of).map(({ status, width }) => {
          const from = x;
          x += width;
          return <rect key={status} data-status={status} x={from + 2} width={Math.max(width - 4, 1)} y="0" height="10" />;
        })}
      </svg>
    </li>
  );
}
