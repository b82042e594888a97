// The strip on top: which community and wall, ordinary or emergency, whether this is the present, the time.
import { useSignal } from '@preact/signals';
import { named } from '../i18n';
import { line } from '../state/live';
import { publication } from '../state/session';
import { language } from '../state/settings';
import { lookOf } from '../state/alarms';
import { display, emergency } from '../state/wall/displays';
import { Glyph, useEvery } from './parts';
import { day, duration, moment, timeOfDay, words } from './texts';

export function Top() {
  const t = words.value;
  const community = publication.value?.catalog.community;
  const shown = display.value;
  return (
    <header class="w-top">
      <h1>{community ? named(community.name, language.value, community.id) : t.wall}</h1>
      <p class="w-display">{shown ? named(shown.name, language.value, shown.id) : t.wall}</p>
      <Mode />
      <LineState />
      <Clock />
    </header>
  );
}

/** Ordinary is a quiet word; an emergency is named, with its shape, since when and by whom. */
function Mode() {
  const t = words.value;
  const now = emergency.value;
  const ticking = useSignal(Date.now());
  useEvery(1000, () => (ticking.value = Date.now()));
  if (!now) return <p class="w-mode">{display.value ? t.ordinary : ''}</p>;
  const { plan, since } = now;
  return (
    <p class="w-mode on" data-status={lookOf(plan.level)}>
      <Glyph status={lookOf(plan.level)} icon="siren" size={36} />
      <b role="alert">
        {t.emergency}
        <span aria-hidden="true"> · </span>
        {named(plan.name, language.value, plan.id)}
      </b>
      <small>
        {t.since(moment(since))}
        <span aria-hidden="true"> · </span>
        {t.elapsed(duration(ticking.value - since.getTime()))}
      </small>
    </p>
  );
}

function LineState() {
  const t = words.value;
  const { state, brokenSince } = line.value;
  return (
    <p class="line-state" data-line={state} role="status">
      {state === 'live' ? t.live : state === 'connecting' ? t.connecting : t.stale(brokenSince ? moment(brokenSince) : '')}
    </p>
  );
}

function Clock() {
  const now = useSignal(new Date());
  useEvery(500, () => {
    const next = new Date();
    if (Math.floor(next.getTime() / 1000) !== Math.floor(now.peek().getTime() / 1000)) now.value = next;
  });
  return (
    <time class="w-clock" dateTime={now.value.toISOString()}>
      <span>{day(now.value)}</span>
      <b>{timeOfDay(now.value)}</b>
    </time>
  );
}
