// The wall: a strip on top, figures on the left, the scene in the middle, alarms on the right.
//
// In: what is to be shown now. Out: panels in fixed places; which of them are there follows the tour or
// the plan. Wide screens set them side by side instead of one above another.
import { accountOpen } from '../state/account';
import { lookOf } from '../state/alarms';
import { emergency } from '../state/wall/displays';
import { shownPanels, videos } from '../state/wall/shown';
import { later } from '../panels/later';
import { Alarms } from './Alarms';
import { Devices, Figures } from './Figures';
import { editing, switchOpen } from './hands';
import { Plan } from './Plan';
import { Projects } from './Projects';
import { Reports } from './Reports';
import { Scene } from './Scene';
import { Switch } from './Switch';
import { Top } from './Top';
import { Trends } from './Trends';
import { Videos } from './Videos';

const Account = later(() => import('../panels/Account').then((module) => module.Account));
const Edit = later(() => import('./edit/Edit').then((module) => module.Edit));

export function Wall({ canvas, hold }: { canvas: HTMLCanvasElement; hold: (place: HTMLElement) => () => void }) {
  const shown = shownPanels.value;
  const now = emergency.value;
  const [figures, devices, trends, projects] = [shown.has('figures'), shown.has('devices'), shown.has('trends'), shown.has('projects')];
  const reports = shown.has('reports');
  const [plan, alarms, video] = [now !== null, shown.has('alarms'), shown.has('video') && videos.value.length > 0];
  // A plan takes the place that videos have otherwise.
  const [videoLeft, videoRight] = [video && plan, video && !plan];
  return (
    <div class="wall" data-mode={now ? 'emergency' : 'ordinary'} data-status={now ? lookOf(now.plan.level) : undefined}>
      <Top />
      <div class="w-body">
        {(figures || devices || reports || trends || projects || videoLeft) && (
          <aside class="w-side left">
            {(figures || devices || reports) && (
              <div class="w-slot" data-slot="figures">
                {figures && <Figures />}
                {devices && <Devices />}
                {reports && <Reports />}
              </div>
            )}
            {(trends || projects || videoLeft) && (
              <div class="w-slot" data-slot="trends">
                {trends && <Trends />}
                {projects && <Projects />}
                {videoLeft && <Videos />}
              </div>
            )}
          </aside>
        )}
        <Scene canvas={canvas} hold={hold} />
        {(plan || alarms || videoRight) && (
          <aside class="w-side right">
            {(plan || videoRight) && (
              <div class="w-slot" data-slot="plan">
                {plan ? <Plan /> : <Videos />}
              </div>
            )}
            {alarms && (
              <div class="w-slot" data-slot="alarms">
                <Alarms />
              </div>
            )}
          </aside>
        )}
      </div>
      {now && <div class="w-frame" aria-hidden="true" />}
      {switchOpen.value && <Switch />}
      {accountOpen.value && <Account />}
      {editing.value && <Edit />}
    </div>
  );
}
