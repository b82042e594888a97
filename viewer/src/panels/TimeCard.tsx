// The strip of time: devices and alarms of the past, with a slider over the range, the alarms that began in it, play, steps
// and the present; or the works of projects, day by day.
import { timeTexts } from '../i18n/time';
import { past, wanted_ms } from '../state/devices';
import { language } from '../state/settings';
import {
  RANGES, alarmsOfRange, bins, end_ms, goTo, live, loading, playing, range, rangeId, setRange, start_ms, step, toAlarm, togglePlaying, trouble,
} from '../state/time';
import { follows } from '../state/works';
import { Follows, Press, Speed } from './time-parts';
import { Choice } from './tool-parts';
import { WorksStrip } from './WorksStrip';

const RANGE_IDS = RANGES.map(({ id }) => id);
/** Height of the histogram's box. */
const TALL = 24;

/** Minutes matter on the strip, seconds do not. */
function moment(ms: number): string {
  const date = new Date(ms);
  const locale = language.value === 'zh' ? 'zh-CN' : 'en-GB';
  return new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(date);
}

export function TimeCard() {
  return follows.value === 'works' ? <WorksStrip /> : <DeviceStrip />;
}

function DeviceStrip() {
  const t = timeTexts(language.value);
  const at_ms = wanted_ms.value ?? end_ms.value;
  const { range_s, step_s } = range.value;
  const found = alarmsOfRange.value;
  return (
    <div class="strip" data-past={wanted_ms.value !== null}>
      <div class="strip-head">
        <span class="moment" role="status">
          {trouble.value ? <span class="trouble">{t[trouble.value]}</span> : loading.value ? t.loading(moment(at_ms)) : past.value ? t.showsPast(moment(past.value.at.getTime())) : t.showsNow}
        </span>
        <span class="count">
          {found === null ? t.alarmsLooking : found === 'failed' ? t.alarmsFailed : found.more ? t.alarmsMore : found.alarms.length === 0 ? t.noAlarms : t.alarms(found.alarms.length)}
        </span>
        <Follows />
        <Choice label={t.range} value={rangeId.value} of={RANGE_IDS} name={(id) => t.ranges[id]} set={setRange} />
      </div>
      <div class="strip-body">
        <div class="raised stack-row">
          <Press icon="skip-forward" turned label={t.earlier} press={() => toAlarm(-1)} />
          <Press icon={playing.value ? 'pause' : 'play'} label={playing.value ? t.pause : t.play} press={togglePlaying} />
          <Press icon="skip-forward" label={t.later} press={() => toAlarm(1)} />
        </div>
        <div class="track">
          <Histogram />
          <input
            type="range"
            aria-label={t.slider}
            aria-valuetext={wanted_ms.value === null ? t.live : moment(at_ms)}
            min={0}
            max={range_s}
            step={step_s}
            value={(at_ms - start_ms.value) / 1000}
            onInput={({ currentTarget: { value } }) => {
              playing.value = false;
              goTo(start_ms.peek() + Number(value) * 1000);
            }}
          />
          <div class="ends" aria-hidden="true">
            <span>{moment(start_ms.value)}</span>
            <span>{wanted_ms.value === null ? '' : moment(at_ms)}</span>
            <span>{moment(end_ms.value)}</span>
          </div>
        </div>
        <div class="stack-row">
          <button class="tool" aria-label={t.back} title={t.back} onClick={() => step(-1)}>
            −
          </button>
          <button class="tool" aria-label={t.on} title={t.on} disabled={wanted_ms.value === null} onClick={() => step(1)}>
            +
          </button>
          <Speed />
          <button class="button" aria-pressed={wanted_ms.value === null} disabled={wanted_ms.value === null} onClick={live}>
            {t.live}
          </button>
        </div>
      </div>
    </div>
  );
}

/** How many alarms began when; a click goes to the end of the bar, where all of them have begun. */
function Histogram() {
  const t = timeTexts(language.value);
  const list = bins.value ?? [];
  const most = Math.max(1, ...list.map(({ count }) => count));
  const width_ms = (end_ms.value - start_ms.value) / Math.max(list.length, 1);
  return (
    <svg class="histogram" viewBox={`0 0 ${list.length || 1} ${TALL}`} preserveAspectRatio="none" aria-hidden="true">
      {list.map(({ from_ms, count, worst }, i) =>
        count === 0 ? null : (
          <g key={i} data-status={worst} onClick={() => goTo(Math.ceil((from_ms + width_ms) / 60_000) * 60_000)}>
            <title>{t.alarmsInBin(count, moment(from_ms))}</title>
            <rect class="reach" x={i} width={1} height={TALL} />
            <rect x={i + 0.1} width={0.8} y={TALL - Math.max(4, (count / most) * TALL)} height={TALL} />
          </g>
        ),
      )}
    </svg>
  );
}
