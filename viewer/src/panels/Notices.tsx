// What is going on: loading, failures, what to do about them.
//
// `Notices` are short and leave the scene usable; the `Stage` stands where there is no scene.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { accountOpen } from '../state/account';
import { open, publication, trouble, type Trouble } from '../state/session';
import { hintSeen, texts } from '../state/settings';
import { graphics, placeVisible, tiles } from '../state/view';

const coarsePointer = matchMedia('(pointer: coarse)').matches;

export function Notices({ phone }: { phone: boolean }) {
  const t = texts.value;
  const { done, total, failed } = tiles.value;
  const loading = publication.value !== null && graphics.value === 'ok' && total > 0 && done < total;
  const hint = placeVisible.value && !hintSeen.value && !loading;
  return (
    <div class="notices">
      {trouble.value && publication.value && (
        <p class="raised chip trouble" role="status">
          {t.unreachableTitle}
          {t.separator}
          {t.kept}
        </p>
      )}
      {graphics.value === 'lost' && (
        <p class="raised chip trouble" role="status">
          {t.contextLost}
        </p>
      )}
      {failed > 0 && !trouble.value && (
        <p class="raised chip trouble" role="status">
          {t.tilesFailed(failed)}
        </p>
      )}
      {loading && (
        <p class="raised chip" role="status">
          {placeVisible.value ? t.sharpening(total - done) : t.loadingTiles(done, total)}
          <progress max={total} value={done} />
        </p>
      )}
      {hint && <p class="raised chip">{phone || coarsePointer ? t.hintTouch : t.hint}</p>}
    </div>
  );
}

export function Stage() {
  const t = texts.value;
  if (graphics.value === 'missing') {
    return (
      <Card title={t.noWebglTitle}>
        <p>{t.noWebgl}</p>
      </Card>
    );
  }
  if (publication.value) {
    if (placeVisible.value || tiles.value.total > 0) return null;
    return (
      <Card title={t.loadingPlace}>
        <progress />
      </Card>
    );
  }
  const now = trouble.value;
  if (!now) {
    return (
      <Card title={t.loadingPlace}>
        <progress />
      </Card>
    );
  }
  const [title, text] = {
    unreachable: [t.unreachableTitle, t.unreachable],
    missing: [t.noPublicationTitle, t.noPublication],
    denied: [t.deniedTitle, t.denied],
    fault: [t.faultTitle, t.fault],
  }[now.failure];
  return (
    <Card title={title ?? ''}>
      <p>{text}</p>
      {now.failure === 'fault' && <code>{now.detail}</code>}
      {now.failure === 'denied' ? <SignInNow /> : <Retry trouble={now} />}
    </Card>
  );
}

function SignInNow() {
  return (
    <div class="actions">
      <button class="button" onClick={() => (accountOpen.value = true)}>
        {texts.value.signIn}
      </button>
    </div>
  );
}

function Card({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <section class="stage" role="status">
      <div class="raised card">
        <h2>{title}</h2>
        {children}
      </div>
    </section>
  );
}

/** Counts down to the next attempt, and offers to make it now. */
function Retry({ trouble: { retryAt_ms } }: { trouble: Trouble }) {
  const t = texts.value;
  const left_s = useSignal(0);
  useEffect(() => {
    const tick = (): void => void (left_s.value = retryAt_ms === null ? 0 : Math.max(0, Math.ceil((retryAt_ms - Date.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [retryAt_ms]);
  return (
    <div class="actions">
      <button class="button" onClick={open}>
        {t.retryNow}
      </button>
      <span>{left_s.value > 0 ? t.retryIn(left_s.value) : t.retrying}</span>
    </div>
  );
}
