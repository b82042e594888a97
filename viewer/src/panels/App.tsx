// All panels, laid out for a desk or for a hand.
//
// In: state. Out: the page around the canvas; how much of the scene the panels cover. Mounted by app.
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { PHONE_PX } from '../state/actions';
import { accountOpen } from '../state/account';
import { selection } from '../state/selection';
import { texts } from '../state/settings';
import { cover, deskCover_px, helpOpen, introOpen, listOpen, placeVisible, settingsOpen, sheetOpen, sheetsMade } from '../state/view';
import { Drawer } from './Drawer';
import { HoverLabel } from './HoverLabel';
import { Instruments, Scale } from './Instruments';
import { later } from './later';
import { ListPanel, ListRail } from './ListPanel';
import { Notices, Stage } from './Notices';
import { TopBar } from './TopBar';

/** Nobody looks at these first. */
const Sheet = later(() => import('./Sheet').then((module) => module.Sheet));
const Help = later(() => import('./Help').then((module) => module.Help));
const Account = later(() => import('./Account').then((module) => module.Account));
const ToolCard = later(() => import('./ToolBar').then((module) => module.ToolCard));
const Settings = later(() => import('./Settings').then((module) => module.Settings));
const FirstVisit = later(() => import('./FirstVisit').then((module) => module.FirstVisit));

export function App() {
  const phone = useSignal(innerWidth < PHONE_PX);
  useEffect(() => {
    const resized = (): void => void (phone.value = innerWidth < PHONE_PX);
    addEventListener('resize', resized);
    return () => removeEventListener('resize', resized);
  }, []);

  // What is likely to be wanted next, once the place stands.
  useSignalEffect(() => {
    if (placeVisible.value) Sheet.fetch();
  });

  const sheet = sheetOpen.value && selection.value !== null;
  return (
    <>
      <a class="skip" href="#list" onClick={(event) => (event.preventDefault(), document.getElementById('search')?.focus())}>
        {texts.value.skipToList}
      </a>
      <TopBar phone={phone.value} />
      {phone.value ? (
        <Drawer>{sheet ? <Sheet phone /> : <ListPanel phone />}</Drawer>
      ) : (
        <>
          {listOpen.value ? <ListPanel phone={false} /> : <ListRail />}
          {sheet && <Sheet phone={false} />}
          <DeskCover sheet={sheet && Sheet.there} />
        </>
      )}
      <Instruments />
      <Scale />
      <Notices phone={phone.value} />
      <Stage />
      <HoverLabel />
      {helpOpen.value && <Help />}
      {accountOpen.value && <Account />}
      {settingsOpen.value && <Settings />}
      {introOpen.value && placeVisible.value && <FirstVisit />}
      {placeVisible.value && <ToolCard />}
      <CoverVariables />
    </>
  );
}

/** Measures the paper at the edges of a desk's window. */
function DeskCover({ sheet }: { sheet: boolean }) {
  const list = listOpen.value;
  const desk = deskCover_px.value;
  useEffect(() => {
    const width = (selector: string): number => document.querySelector(selector)?.getBoundingClientRect().width ?? 0;
    cover.value = { left: Math.max(width(list ? '.list' : '.rail'), desk), right: sheet ? width('.sheet') : 0, top: width('.bar') > 0 ? 48 : 0, bottom: 0 };
  }, [list, sheet, desk, sheetsMade.value]);
  return null;
}

/** Tells the style sheets what is covered. */
function CoverVariables() {
  useSignalEffect(() => {
    for (const [edge, px] of Object.entries(cover.value)) document.documentElement.style.setProperty(`--cover-${edge}`, `${px}px`);
  });
  return null;
}
