// From ordinary to emergency and back: a plan is chosen, then confirmed; all screens of the wall switch.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { named } from '../i18n';
import { lookOf } from '../state/alarms';
import { language } from '../state/settings';
import { display, emergency } from '../state/wall/displays';
import { switchTo } from '../state/wall/deeds';
import { switchOpen } from './hands';
import { Glyph } from './parts';
import { words } from './texts';

export function Switch() {
  const t = words.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const chosen = useSignal<string | null>(null);
  const busy = useSignal(false);
  useEffect(() => dialog.current?.showModal(), []);
  const now = emergency.value;
  const plans = display.value?.plans ?? [];
  const plan = plans.find(({ id }) => id === chosen.value);
  const go = async (to: string | null): Promise<void> => {
    busy.value = true;
    await switchTo(to);
    busy.value = false;
    switchOpen.value = false;
  };
  const title = now ? t.end : t.start;
  return (
    <dialog ref={dialog} class="w-switch" aria-label={title} onClose={() => (switchOpen.value = false)}>
      <h2>{title}</h2>
      {now ? (
        <p>{t.endText(named(now.plan.name, language.value, now.plan.id))}</p>
      ) : (
        <>
          <p>{plans.length > 0 ? t.choosePlan : t.noPlans}</p>
          <ul>
            {plans.map((one) => (
              <li key={one.id}>
                <button aria-pressed={one.id === chosen.value} data-status={lookOf(one.level)} data-plan={one.id} onClick={() => (chosen.value = one.id)}>
                  <Glyph status={lookOf(one.level)} size={32} />
                  {named(one.name, language.value, one.id)}
                  <span class="word">{t.level[one.level]}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <div class="deeds">
        <button class="w-button quiet" onClick={() => dialog.current?.close()}>
          {t.cancel}
        </button>
        {now ? (
          <button class="w-button" disabled={busy.value} onClick={() => void go(null)}>
            {t.endNow}
          </button>
        ) : (
          plan && (
            <button class="w-button alarm" disabled={busy.value} onClick={() => void go(plan.id)}>
              {t.startNow(named(plan.name, language.value, plan.id))}
            </button>
          )
        )}
      </div>
    </dialog>
  );
}
