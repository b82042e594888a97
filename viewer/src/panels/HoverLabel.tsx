// The name and state of the device, report or project under the pointer.
import { named } from '../i18n';
import { devices } from '../state/devices';
import { hovered } from '../state/selection';
import { language, texts } from '../state/settings';
import { later } from './later';

/** Their words come with them. */
const ReportLabel = later(() => import('./ReportLabel').then((module) => module.ReportLabel));
const ProjectLabel = later(() => import('./ProjectLabel').then((module) => module.ProjectLabel));

/** Between the head of a symbol and its label. */
const ABOVE_PX = 10;

export function HoverLabel() {
  const now = hovered.value;
  if (now?.type === 'report') return <ReportLabel />;
  if (now?.type === 'project') return <ProjectLabel />;
  const device = now ? devices.value.get(now.id) : undefined;
  if (!now || !device) return null;
  const t = texts.value;
  const reason = named(device.reason, language.value, '');
  return (
    <div class="raised label" data-status={device.status} style={`left:${now.x.toFixed(0)}px;top:${(now.y - ABOVE_PX).toFixed(0)}px`}>
      {named(device.name, language.value, device.id)}
      <small>
        <span class="word">{t.status[device.status]}</span>
        {reason !== '' && ` ${reason}`}
        {now.others > 0 && ` · ${t.more(now.others)}`}
      </small>
    </div>
  );
}
