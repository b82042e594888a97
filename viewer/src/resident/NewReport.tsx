// A report in three steps: what, where, and in one's own words or voice with photographs. What is written is kept until it is
// sent, with a network or without.
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { lazy } from './lazy';
import { ApiError, getCatalog } from '../api/client';
import { getSimilar, postPhoto } from '../api/report-deeds';
import type { ReportLine, SimilarReport } from '../api/reports';
import type { LocalPoint } from '../api/types';
import { named } from '../i18n/format';
import { keep, mayPass, send, uploaded } from '../state/resident/drafts';
import type { Draft, DraftPhoto, DraftVoice } from '../state/resident/waiting';
import { online, reaching, user } from '../state/resident/me';
import { kinds, lookAtMine } from '../state/resident/reports';
import { go, hashOf, route } from '../state/resident/route';
import { takeSpot, type Spot as Chosen } from '../state/resident/spot';
import { language } from '../state/preferences';
import { useAddress } from './address';
import { ForAnother, NOBODY, contactOf, type Another } from './ForAnother';
import { VoiceField, spokenOnly } from './voices';
import { Icon, Loading, Page } from './parts';
import { kindName, words } from './report-words';

/** As many photographs as the server takes with a report. */
const PHOTOS_MOST = 6;
/** Longest text, in characters. */
const TEXT_MOST = 2000;
/** Who is further from the community's middle than this is not there. */
const HERE_M = 3000;

const Spot = lazy(() => import('./Spot').then((module) => module.Spot));

/** What is filled in so far. */
interface Sheet {
  readonly kind: string;
  readonly text: string;
  readonly address: string;
  readonly spot: Chosen | null;
  readonly open: boolean;
  readonly another: Another;
  readonly photos: readonly DraftPhoto[];
  readonly voice: DraftVoice | null;
  /** Where a photograph was taken, as its file says. */
  readonly taken: LocalPoint | null;
}

const EMPTY: Sheet = { kind: '', text: '', address: '', spot: null, open: true, another: NOBODY, photos: [], voice: null, taken: null };

export function NewReport() {
  const at = route.value;
  const line: ReportLine = at.page === 'new' ? at.line : 'problem';
  const t = words.value;
  const step = useSignal(1);
  const sheet = useSignal<Sheet>(useState(() => ({ ...EMPTY, spot: takeSpot() }))[0]);
  const done = useSignal<'sent' | 'kept' | null>(null);
  if (done.value) return <Done sent={done.value === 'sent'} kind={sheet.value.kind} />;
  const titles = [t.stepWhat, t.stepWhere, t.stepTell];
  const forward = (): void => void (step.value += 1);
  return (
    <Page
      title={line === 'problem' ? t.reportProblem : t.makeSuggestion}
      foot={
        step.value === 3 ? undefined : step.value === 2 ? (
          <>
            <button class="r-button quiet" type="button" onClick={() => (step.value = 1)}>{t.back}</button>
            <button class="r-button" type="button" onClick={forward}>{t.next}</button>
          </>
        ) : undefined
      }
    >
      <p class="r-step">
        {t.step(step.value, 3)} <b>{titles[step.value - 1]}</b>
      </p>
      {step.value === 1 && <What line={line} sheet={sheet} chosen={forward} />}
      {step.value === 2 && <Where sheet={sheet} />}
      {step.value === 3 && <Tell line={line} sheet={sheet} back={() => (step.value = 2)} done={(how) => (done.value = how)} />}
    </Page>
  );
}

function What({ line, sheet, chosen }: { line: ReportLine; sheet: Signal<Sheet>; chosen: () => void }) {
  if (!kinds.value) return <Loading />;
  const possible = [...kinds.value.values()].filter(({ former, lines }) => !former && (!lines || lines.length === 0 || lines.includes(line)));
  return (
    <ul class="r-kinds">
      {possible.map((kind) => (
        <li key={kind.id}>
          <button
            type="button"
            aria-pressed={sheet.value.kind === kind.id}
            onClick={() => {
              sheet.value = { ...sheet.value, kind: kind.id };
              chosen();
            }}
          >
            <Icon name={kind.icon} />
            {named(kind.name, language.value, kind.id)}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Where({ sheet }: { sheet: Signal<Sheet> }) {
  const t = words.value;
  const picking = useSignal(false);
  const trouble = useSignal<string | null>(null);
  const { spot, address, taken, kind } = sheet.value;
  const put = (next: Chosen): void => {
    trouble.value = null;
    sheet.value = { ...sheet.value, spot: next };
  };
  const here = (): void => {
    trouble.value = null;
    navigator.geolocation.getCurrentPosition(
      (position) => void localOf(position).then(
        (local) => (local ? put({ position: local, object: null }) : (trouble.value = t.whereFar)),
        () => (trouble.value = t.whereDenied),
      ),
      () => (trouble.value = t.whereDenied),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  };
  return (
    <>
      <p class="r-where" role="status">
        <Icon name={spot ? 'check' : 'map-pin'} />
        {spot ? t.whereChosen : t.whereNone}
      </p>
      {trouble.value !== null && <p class="r-failed" role="alert">{trouble.value}</p>}
      <div class="r-ways">
        {taken && <Way icon="image-plus" title={t.wherePhoto} act={() => put({ position: taken, object: null })} />}
        {'geolocation' in navigator && <Way icon="map-pin" title={t.whereHere} act={here} />}
        <Way icon="building-2" title={t.whereScene} act={() => (picking.value = true)} />
      </div>
      <label class="r-label">
        {t.whereWords}
        <input
          value={address}
          maxLength={200}
          placeholder={t.wherePlaceholder}
          onInput={(event) => (sheet.value = { ...sheet.value, address: event.currentTarget.value })}
        />
      </label>
      {spot && <Similar kind={kind} at={spot.position} />}
      {picking.value && (
        <Spot
          from={spot?.position ?? taken}
          chosen={(next: Chosen) => {
            put(next);
            picking.value = false;
          }}
          close={() => (picking.value = false)}
        />
      )}
    </>
  );
}

function Way({ icon, title, act }: { icon: string; title: string; act: () => void }) {
  return (
    <button class="r-setting" type="button" onClick={act}>
      <Icon name={icon} />
      {title}
    </button>
  );
}

/** Where the phone is, if it is in the community. */
async function localOf({ coords }: GeolocationPosition): Promise<LocalPoint | null> {
  const [{ catalog }, { geographicToLocal }] = await Promise.all([getCatalog(), import('../scene/georef')]);
  const { origin } = catalog.community;
  if (!origin) return null;
  const base = { height_m: 0, ...origin };
  const local = geographicToLocal(base, { longitude_deg: coords.longitude, latitude_deg: coords.latitude, height_m: base.height_m });
  return Math.hypot(local.east_m, local.north_m) <= HERE_M ? { ...local, up_m: 0 } : null;
}

/** Reports nearby that may tell of the same. */
function Similar({ kind, at }: { kind: string; at: LocalPoint }) {
  const t = words.value;
  const found = useSignal<readonly SimilarReport[]>([]);
  useEffect(() => {
    let current = true;
    getSimilar(kind, at).then(
      (list) => {
        if (current) found.value = list;
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [kind, at.east_m, at.north_m]);
  if (found.value.length === 0) return null;
  return (
    <section class="r-similar" role="status">
      <h2>{t.similar}</h2>
      <p>{t.similarHint}</p>
      <ul class="r-rows">
        {found.value.slice(0, 3).map(({ report, distance_m }) => (
          <li key={report.id}>
            <a href={hashOf({ page: 'report', id: report.id })}>
              <span class="r-what">
                <b>{kindName(report.kind)}</b>
                <span class="r-text">{report.text}</span>
                <small>{t.metres(distance_m)} · {t.states[report.state]}</small>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tell({ line, sheet, back, done }: { line: ReportLine; sheet: Signal<Sheet>; back: () => void; done: (how: 'sent' | 'kept') => void }) {
  const t = words.value;
  const busy = useSignal(false);
  const failed = useSignal<string | null>(null);
  const held = useSignal(false);
  const onWay = useRef<Promise<unknown>>(Promise.resolve());
  const { text, photos, voice, open, another } = sheet.value;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy.value || held.value || (sheet.value.text.trim() === '' && !sheet.value.voice)) return;
    [busy.value, failed.value] = [true, null];
    // Nothing is sent without a photograph that was just chosen; one that is refused is told first.
    await onWay.current;
    if (failed.peek() !== null) return void (busy.value = false);
    try {
      done(await hand(draftOf(line, sheet.value), (ready) => (sheet.value = withIds(sheet.peek(), ready))));
    } catch (error) {
      failed.value = t.sendFailed + (error instanceof ApiError ? (error.detail ?? error.message) : String(error));
    }
    busy.value = false;
  };
  return (
    <form class="r-form" onSubmit={(event) => void submit(event)}>
      <label>
        {t.tellLabel}
        <textarea
          rows={5}
          maxLength={TEXT_MOST}
          required={!voice}
          placeholder={t.tellPlaceholder}
          value={text}
          onInput={(event) => (sheet.value = { ...sheet.value, text: event.currentTarget.value })}
        />
      </label>
      <VoiceField voice={voice} put={(now) => (sheet.value = { ...sheet.peek(), voice: now })} hold={(now) => (held.value = now)} />
      <Photos sheet={sheet} photos={photos} failed={failed} send={(sending) => void (onWay.current = Promise.all([onWay.current, sending]))} />
      <label class="r-check">
        <input type="checkbox" checked={open} onChange={(event) => (sheet.value = { ...sheet.value, open: event.currentTarget.checked })} />
        {t.openToAll}
      </label>
      <ForAnother another={another} change={(now) => (sheet.value = { ...sheet.value, another: now })} />
      {!user.value && online.value && (
        <p class="r-empty">
          {t.signInToReport} <a class="r-link" href={hashOf({ page: 'sign-in' })}>{t.signIn}</a>
        </p>
      )}
      {failed.value !== null && <p class="r-failed" role="alert">{failed.value}</p>}
      <div class="r-pair">
        <button class="r-button quiet" type="button" onClick={back}>{t.back}</button>
        <button class="r-button" disabled={busy.value || held.value || (!user.value && online.value)}>
          <Icon name="send" />
          {busy.value ? t.sending : t.send}
        </button>
      </div>
    </form>
  );
}

function Photos({ sheet, photos, failed, send }: { sheet: Signal<Sheet>; photos: readonly DraftPhoto[]; failed: Signal<string | null>; send: (sending: Promise<void>) => void }) {
  const t = words.value;
  const input = useRef<HTMLInputElement>(null);
  const takeOut = (photo: DraftPhoto): void => void (sheet.value = { ...sheet.peek(), photos: sheet.peek().photos.filter((other) => other !== photo) });
  const add = async (files: readonly File[]): Promise<void> => {
    failed.value = null;
    const chosen = files.slice(0, PHOTOS_MOST - sheet.peek().photos.length).map((file): DraftPhoto => ({ file, id: null }));
    sheet.value = { ...sheet.peek(), photos: [...sheet.peek().photos, ...chosen] };
    for (const photo of chosen) {
      if (!sheet.peek().photos.includes(photo)) continue;
      // Sent at once where there is a network: then its place is known, and sending the report is quick.
      try {
        const { id, position } = await reaching(postPhoto(photo.file));
        const now = sheet.peek();
        sheet.value = { ...now, photos: now.photos.map((one) => (one === photo ? { ...photo, id } : one)), taken: now.taken ?? position ?? null };
      } catch (error) {
        if (mayPass(error)) continue;
        failed.value = t.photoFailed;
        takeOut(photo);
      }
    }
  };
  return (
    <div class="r-photos">
      {photos.map((photo, at) => (
        <figure key={at}>
          <Picture file={photo.file} label={t.photoOf(at + 1)} />
          <button type="button" aria-label={t.removePhoto} onClick={() => takeOut(photo)}>
            <Icon name="x" />
          </button>
        </figure>
      ))}
      {photos.length < PHOTOS_MOST && (
        <button class="r-photo-add" type="button" onClick={() => input.current?.click()}>
          <Icon name="camera" />
          {t.addPhoto}
        </button>
      )}
      <input
        ref={input}
        type="file"
        accept="image/jpeg,image/png,image/webp"
        multiple
        hidden
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          send(add(files));
        }}
      />
    </div>
  );
}

const Picture = ({ file, label }: { file: Blob; label: string }) => <img src={useAddress(file)} alt={label} />;

function draftOf(line: ReportLine, { kind, text, address, spot, open, another, photos, voice }: Sheet): Draft {
  const said = text.trim() || (voice ? spokenOnly(voice) : '');
  const place = {
    ...(spot ? { position: spot.position } : {}),
    ...(spot?.object ? { object: spot.object } : {}),
    ...(address.trim() === '' ? {} : { address: address.trim() }),
  };
  return { key: crypto.randomUUID(), report: { line, kind, text: said, place, open, on_behalf: another.on_behalf, ...contactOf(another) }, photos, voice, written: Date.now(), refused: null };
}

/** What is filled in, with the ids of what the server took: a report that it refuses is sent again without them. */
const withIds = (now: Sheet, { photos, voice }: Draft): Sheet => ({
  ...now,
  photos: now.photos.map((photo) => photos.find(({ file }) => file === photo.file) ?? photo),
  voice: voice && voice.file === now.voice?.file ? voice : now.voice,
});

/** Sends a draft, or keeps it until there is a network; tells of it once its photographs and voice are with the server. */
async function hand(draft: Draft, taken: (ready: Draft) => void): Promise<'sent' | 'kept'> {
  let ready = draft;
  try {
    if (!navigator.onLine) throw new ApiError('unreachable', 'no network');
    ready = await uploaded(draft);
    taken(ready);
    await send(ready);
    void lookAtMine();
    return 'sent';
  } catch (error) {
    if (!mayPass(error)) throw error;
    await keep(ready);
    return 'kept';
  }
}

function Done({ sent, kind }: { sent: boolean; kind: string }) {
  const t = words.value;
  const hours = kinds.value?.get(kind)?.limits.accept_h;
  return (
    <Page title={sent ? t.sent : t.waiting}>
      <div class="r-done" role="status">
        <Icon name={sent ? 'check' : 'clock'} />
        <p>{sent ? (hours === undefined ? '' : t.sentHint(hours)) : t.savedOffline}</p>
        <button class="r-button" type="button" onClick={() => go({ page: 'mine' })}>{t.myReports}</button>
      </div>
    </Page>
  );
}

