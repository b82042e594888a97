// The first visit in three steps: what this is, how to move, where to find things. It lies beside the
// scene, which can be used meanwhile; dismissed once, it comes back only when it is asked for.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { hintSeen, introSeen } from '../state/settings';
import { introOpen } from '../state/view';
import { groundWords } from './ground-texts';
import { onEscape } from './rows';

export function FirstVisit() {
  const t = groundWords.value;
  const at = useSignal(0);
  const title = useRef<HTMLHeadingElement>(null);
  const touch = matchMedia('(pointer: coarse)').matches;
  const first = useRef(true);
  useEffect(() => {
    // The first step comes unasked: it does not take the focus.
    if (!first.current) title.current?.focus();
    first.current = false;
  }, [at.value]);
  const step = t.steps[at.value];
  if (!step) return null;
  const last = at.value === t.steps.length - 1;
  const close = (): void => {
    introOpen.value = false;
    introSeen.value = hintSeen.value = true;
  };
  return (
    <section class="raised intro" aria-label={t.firstVisit} onKeyDown={onEscape(close)}>
      <Drawing step={at.value} touch={touch} />
      <h2 ref={title} tabIndex={-1}>
        {step.title}
      </h2>
      <p>{touch ? (step.touch ?? step.text) : step.text}</p>
      <footer>
        <span class="dots" role="img" aria-label={t.stepOf(at.value + 1, t.steps.length)}>
          {t.steps.map((_, i) => (
            <i key={i} data-on={i === at.value} />
          ))}
        </span>
        {at.value === 0 ? (
          <button class="button quiet" onClick={close}>
            {t.skip}
          </button>
        ) : (
          <button class="button quiet" onClick={() => at.value--}>
            {t.previous}
          </button>
        )}
        <button class="button" onClick={() => (last ? close() : at.value++)}>
          {last ? t.begin : t.next}
        </button>
      </footer>
    </section>
  );
}

/** Line drawings in the colours of the paper; the words beside them say the same. */
function Drawing({ step, touch }: { step: number; touch: boolean }) {
  return (
    <svg class="drawing" viewBox="0 0 320 128" aria-hidden="true">
      {step === 0 && (
        <>
          <path class="ground" d="M20 104 150 72 304 96 176 124Z" />
          <path class="wall" d="M70 58v34l44 11V69ZM114 69v34l34-9V60ZM176 40v48l40 9V49ZM216 49v48l36-10V39Z" />
          <path class="roof" d="M70 58l34-9 44 11-34 9ZM176 40l36-10 40 9-36 10Z" />
          <path class="line" d="M84 69v6M96 72v6M84 82v6M96 85v6M190 52v7M203 55v7M190 68v7M203 71v7M228 58v7M240 55v7M228 74v7M240 71v7" />
          <path class="stem" d="M58 96V64M268 98V58M150 108V88" />
          <circle class="normal" cx="58" cy="56" r="8" />
          <path class="alarm" d="M264 40h8l6 6v8l-6 6h-8l-6-6v-8Z" />
          <path class="warning" d="M150 70l10 10-10 10-10-10Z" />
        </>
      )}
      {step === 1 && (touch ? <Fingers /> : <Mouse />)}
      {step === 2 && (
        <>
          <rect class="page" x="28" y="14" width="264" height="102" rx="6" />
          <path class="line" d="M28 34h264M108 34v82" />
          <rect class="field" x="38" y="44" width="60" height="14" rx="7" />
          <path class="line" d="M38 72h42M38 86h54M38 100h36" />
          <circle class="accent" cx="46" cy="51" r="3" />
          <path class="accent" d="M200 24h10M216 24h10M232 24h10" />
          <path class="ground" d="M130 98 200 78 276 92 206 110Z" />
          <path class="wall" d="M176 62v30l26 6V68ZM202 68v30l24-7V61Z" />
          <path class="roof" d="M176 62l24-7 26 6-24 7Z" />
          <circle class="ring" cx="202" cy="74" r="30" />
        </>
      )}
    </svg>
  );
}

const Mouse = () => (
  <>
    <rect class="page" x="134" y="22" width="52" height="84" rx="26" />
    <path class="line" d="M160 22v34M134 56h52" />
    <rect class="accent" x="157" y="34" width="6" height="14" rx="3" />
    <path class="stem" d="M106 64H66m0 0 8-8m-8 8 8 8M86 44v40M214 50a30 30 0 1 1 0 30m0 0 12-1m-12 1-3-12" />
  </>
);

const Fingers = () => (
  <>
    <circle class="page" cx="86" cy="64" r="18" />
    <path class="stem" d="M60 64H36m0 0 8-8m-8 8 8 8M112 64h24m0 0-8-8m8 8-8 8" />
    <circle class="page" cx="210" cy="80" r="15" />
    <circle class="page" cx="256" cy="48" r="15" />
    <path class="stem" d="M192 96l-14 12m0 0 2-10m-2 10 10 0M274 32l14-12m0 0-2 10m2-10-10 0" />
  </>
);
