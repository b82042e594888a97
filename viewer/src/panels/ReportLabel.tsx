// The kind and state of the report under the pointer.
import { reports } from '../state/reports';
import { urgencyOf } from '../state/report-looks';
import { hovered } from '../state/selection';
import { STATUS_OF, deskWords, kindName, timeLeft } from './report-texts';

/** Between the head of a symbol and its label. */
const ABOVE_PX = 10;

export function ReportLabel() {
  const now = hovered.value;
  const report = now ? reports.value.get(Number(now.id)) : undefined;
  if (!now || !report) return null;
  const t = deskWords.value;
  return (
    <div class="raised label" data-status={STATUS_OF[urgencyOf(report)]} style={`left:${now.x.toFixed(0)}px;top:${(now.y - ABOVE_PX).toFixed(0)}px`}>
      {t.title(kindName(report.kind), report.id)}
      <small>
        <span class="word">{t.states[report.state]}</span>
        {[timeLeft(report), now.others > 0 ? t.others(now.others) : ''].filter(Boolean).map((words) => ` · ${words}`)}
      </small>
    </div>
  );
}
