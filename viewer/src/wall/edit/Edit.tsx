// The form for displays: names, stops of the tour from the present view, trends, videos, plans. Saved whole,
// and only over what was opened.
import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { deleteDisplay, getDisplay, putDisplay, type EmergencyPlan, type TourStop, type Trend, type TrendSeries, type Video, type VideoKind } from '../../api/displays';
import { named } from '../../i18n';
import { Icon } from '../../panels/Icon';
import { accountOpen } from '../../state/account';
import { language } from '../../state/settings';
import { pose } from '../../state/view';
import { mayEdit } from '../../state/wall/deeds';
import { display, displays, displaysAsked, reloadDisplays } from '../../state/wall/displays';
import { areaDrawn, contentOf, draftOf, emptyDraft, newPlan, newStop, newTrend, newVideo, problemsOf, rounded, type Draft } from '../../state/wall/draft';
import { lookAt } from '../../state/wall/look';
import { editing } from '../hands';
import { Add, Checks, Choice, List, LocalField, NumberField, TextField } from './fields';
import { deviceOptions, panelOptions, streamOptions } from './options';
import { PlanForm } from './PlanForm';
import { say } from './say';

type Outcome = 'saving' | 'saved' | 'conflict' | 'failed' | 'unreachable' | { readonly refused: string } | null;

export function Edit() {
  const t = say.value;
  const draft = useSignal<Draft | null>(null);
  const outcome = useSignal<Outcome>(null);
  const open = (id: string | null): void => {
    outcome.value = null;
    if (id === null) {
      draft.value = emptyDraft(displays.peek().map((one) => one.id));
      return;
    }
    getDisplay(id).then(
      ({ display: found, tag }) => (draft.value = draftOf(found, tag)),
      () => (outcome.value = 'unreachable'),
    );
  };
  const asked = displaysAsked.value;
  useEffect(() => {
    if (asked && mayEdit.peek()) open(display.peek()?.id ?? null);
  }, [asked, mayEdit.value]);
  useEffect(() => () => void (areaDrawn.value = null), []);
  const now = draft.value;
  return (
    <aside class="w-edit" aria-label={t.title}>
      <header>
        <h2>{t.title}</h2>
        <button class="e-icon" aria-label={t.close} title={t.close} onClick={() => (editing.value = false)}>
          <Icon name="x" />
        </button>
      </header>
      {!mayEdit.value ? (
        <div class="e-note">
          <p>{t.mayNot}</p>
          <button class="e-save" onClick={() => (accountOpen.value = true)}>
            {t.signIn}
          </button>
        </div>
      ) : (
        now && <Form draft={now} set={(next) => (draft.value = next)} outcome={outcome} open={open} />
      )}
    </aside>
  );
}

interface FormProps {
  readonly draft: Draft;
  readonly set: (next: Draft) => void;
  readonly outcome: Signal<Outcome>;
  readonly open: (id: string | null) => void;
}

function Form({ draft, set: take, outcome, open }: FormProps) {
  const t = say.value;
  const set = (change: Partial<Draft>): void => {
    if (outcome.peek() === 'saved') outcome.value = null;
    take({ ...draft, ...change });
  };
  const known = displays.value.map((one) => [one.id, named(one.name, language.value, one.id)] as const);
  const problems = problemsOf(draft);
  const save = async (): Promise<void> => {
    outcome.value = 'saving';
    try {
      const { display: kept, tag } = await putDisplay(draft.id, contentOf(draft), draft.tag);
      take(draftOf(kept, tag));
      outcome.value = 'saved';
      await reloadDisplays();
    } catch (error) {
      outcome.value = outcomeOf(error);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (problems.length === 0) void save();
      }}
    >
      <div class="e-scroll">
        <div class="e-row">
          <Choice label={t.which} value={draft.tag === null ? '' : draft.id} set={(id) => open(id === '' ? null : id)} options={[...known, ['', draft.tag === null ? `${t.fresh} ${t.unsaved}` : t.fresh]]} />
          {draft.tag !== null && <Remove draft={draft} gone={() => open(null)} outcome={outcome} />}
        </div>
        <LocalField label={t.name} value={draft.name} set={(name) => set({ name })} />

        <h3>{t.tour}</h3>
        <p class="e-hint">
          {t.tourHint} {t.alarmsAlone}
        </p>
        <List<TourStop> value={draft.tour} set={(tour) => set({ tour })} each={(stop, put) => <StopForm stop={stop} set={put} />} />
        <Add label={t.addStop} press={() => pose.value && set({ tour: [...draft.tour, newStop(pose.value)] })} />

        <h3>{t.trends}</h3>
        <List<Trend> value={draft.trends} set={(trends) => set({ trends })} each={(trend, put) => <TrendForm trend={trend} set={put} />} />
        <Add label={t.addTrend} press={() => set({ trends: [...draft.trends, newTrend()] })} />

        <h3>{t.videos}</h3>
        <List<Video> value={draft.videos} set={(videos) => set({ videos })} each={(video, put) => <VideoForm video={video} set={put} />} />
        <Add label={t.addVideo} press={() => set({ videos: [...draft.videos, newVideo()] })} />

        <h3>{t.plans}</h3>
        <List<EmergencyPlan> value={draft.plans} set={(plans) => set({ plans })} each={(plan, put) => <PlanForm plan={plan} set={put} />} />
        <Add label={t.addPlan} press={() => set({ plans: [...draft.plans, newPlan(draft.plans.map(({ id }) => id))] })} />
      </div>
      <footer>
        <p role="status">{said(outcome.value) || problems.slice(0, 1).map(({ part, at, what }) => `${part === 'name' ? t.name : `${t[part]} ${at + 1}`}: ${t.problem[what]}`)}</p>
        {outcome.value === 'conflict' && (
          <button type="button" class="e-add" onClick={() => open(draft.id)}>
            {t.reload}
          </button>
        )}
        <button class="e-save" type="submit" disabled={problems.length > 0 || outcome.value === 'saving'}>
          {outcome.value === 'saving' ? t.saving : t.save}
        </button>
      </footer>
    </form>
  );
}

function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof ApiError)) return 'failed';
  if (error.status === 412 || error.status === 428) return 'conflict';
  if (error.failure === 'unreachable') return 'unreachable';
  const refused = error.status !== null && error.status >= 400 && error.status < 500 && error.failure !== 'denied';
  return refused ? { refused: error.detail ?? error.code ?? String(error.status) } : 'failed';
}

function said(outcome: Outcome): string {
  const t = say.value;
  if (outcome === null || outcome === 'saving') return '';
  return typeof outcome === 'object' ? t.refused(outcome.refused) : { saved: t.saved, conflict: t.conflict, failed: t.failed, unreachable: t.unreachable }[outcome];
}

/** Pressed twice: a wall that was set up is not deleted by a slip. */
function Remove({ draft, gone, outcome }: { draft: Draft; gone: () => void; outcome: Signal<Outcome> }) {
  const t = say.value;
  const sure = useSignal(false);
  const press = (): void => {
    if (!sure.value) {
      sure.value = true;
      setTimeout(() => (sure.value = false), 5000);
      return;
    }
    deleteDisplay(draft.id, draft.tag).then(
      () => void reloadDisplays().then(gone),
      (error: unknown) => (outcome.value = outcomeOf(error)),
    );
  };
  return (
    <button type="button" class="e-add" onClick={press}>
      <Icon name="trash-2" />
      {sure.value ? t.removeSure : t.removeDisplay}
    </button>
  );
}

function StopForm({ stop, set }: { stop: TourStop; set: (next: TourStop) => void }) {
  const t = say.value;
  return (
    <>
      <LocalField label={t.name} value={stop.title} set={(title) => set({ ...stop, title })} />
      <div class="e-row">
        <NumberField label={t.travel} value={stop.travel_s} min={0} max={60} set={(travel_s) => set({ ...stop, travel_s })} />
        <NumberField label={t.dwell} value={stop.dwell_s} min={1} max={3600} set={(dwell_s) => set({ ...stop, dwell_s })} />
        <button type="button" class="e-add" onClick={() => (lookAt.value = { ...stop.pose })}>
          {t.look}
        </button>
        <button type="button" class="e-add" onClick={() => pose.value && set({ ...stop, pose: rounded(pose.value) })}>
          {t.retake}
        </button>
      </div>
      <Checks label={t.panels} value={stop.panels} set={(panels) => set({ ...stop, panels })} options={panelOptions(false)} />
    </>
  );
}

function TrendForm({ trend, set }: { trend: Trend; set: (next: Trend) => void }) {
  const t = say.value;
  const first = (): TrendSeries => {
    const device = trend.series.at(-1)?.device ?? deviceOptions()[0]?.[0] ?? '';
    return { device, stream: trend.series.at(-1)?.stream ?? streamOptions(device)[0]?.[0] ?? '' };
  };
  return (
    <>
      <LocalField label={t.name} value={trend.title} set={(title) => set({ ...trend, title })} />
      <NumberField label={t.hours} value={trend.hours} min={1} max={168} set={(hours) => set({ ...trend, hours })} />
      <List<TrendSeries>
        value={trend.series}
        set={(series) => set({ ...trend, series })}
        each={(line, put) => (
          <div class="e-pair">
            <Choice label={t.device} value={line.device} options={deviceOptions()} set={(device) => put({ device, stream: streamOptions(device).some(([id]) => id === line.stream) ? line.stream : (streamOptions(device)[0]?.[0] ?? '') })} />
            <Choice label={t.stream} value={line.stream} options={streamOptions(line.device)} set={(stream) => put({ ...line, stream })} />
          </div>
        )}
      />
      {trend.series.length < 6 && <Add label={t.addLine} press={() => set({ ...trend, series: [...trend.series, first()] })} />}
    </>
  );
}

function VideoForm({ video, set }: { video: Video; set: (next: Video) => void }) {
  const t = say.value;
  return (
    <>
      <LocalField label={t.name} value={video.title} set={(title) => set({ ...video, title })} />
      <div class="e-pair">
        <Choice<VideoKind> label={t.kind} value={video.kind} set={(kind) => set({ ...video, kind })} options={(['hls', 'mjpeg', 'page'] as const).map((kind) => [kind, t.kinds[kind]] as const)} />
        <Choice label={t.boundTo} value={video.device ?? ''} set={(id) => set({ ...video, device: id === '' ? null : id })} options={[['', t.nobody], ...deviceOptions('camera')]} />
      </div>
      <TextField label={t.url} keys="url" value={video.url} set={(url) => set({ ...video, url })} />
    </>
  );
}
