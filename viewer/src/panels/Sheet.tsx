// What is selected, read out: a device, a building, a resident's report, a project or a place.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { named } from '../i18n';
import { deselect, goToSelection, toggleHidden } from '../state/actions';
import { devicesKnown } from '../state/devices';
import { models, replaced } from '../state/models';
import { hidden, selectedBuilding, selectedDevice, selectedElement, selection } from '../state/selection';
import { kinds, publication } from '../state/session';
import { language, texts } from '../state/settings';
import { identified, sheetsMade } from '../state/view';
import { buildingName } from './BuildingRows';
import { DeviceDetail } from './DeviceDetail';
import { Icon, StatusGlyph } from './Icon';
import { later } from './later';
import { BuildingDetail, GroundDetail } from './PlaceDetail';
import { sheetWords } from './sheet-texts';

const ReportSheet = later(() => import('./ReportSheet').then((module) => module.ReportSheet));
const ProjectSheet = later(() => import('./ProjectSheet').then((module) => module.ProjectSheet));
const ElementDetail = later(() => import('./bim').then((module) => module.ElementDetail));

export function Sheet({ phone }: { phone: boolean }) {
  const t = texts.value;
  const now = selection.value;
  const device = selectedDevice.value;
  const building = selectedBuilding.value;
  if (!now) return null;
  if (now.type === 'device' && device) {
    const kind = kinds.value.get(device.kind);
    return (
      <Frame
        phone={phone}
        key={device.id}
        mark={<StatusGlyph status={device.status} icon={kind?.icon ?? ''} size={40} />}
        title={named(device.name, language.value, device.id)}
        note={`${named(kind?.name, language.value, device.kind)} · ${device.id}`}
      >
        <DeviceDetail device={device} />
      </Frame>
    );
  }
  if (now.type === 'building' && building) {
    return (
      <Frame phone={phone} key={building.id} mark={<Icon name="building-2" />} title={buildingName(building)} note={t.building}>
        <BuildingDetail building={building} spot={now.spot} />
      </Frame>
    );
  }
  const element = selectedElement.value;
  if (now.type === 'element' && element !== 'gone' && (publication.value === null || models.value.length > 0)) {
    const object = element && typeof element === 'object' ? element : null;
    return (
      <Frame phone={phone} key={now.id} mark={<Icon name="box" />} title={named(object?.name, language.value, object?.bim?.ifc_class ?? now.id)} note={t.element}>
        <ElementDetail />
      </Frame>
    );
  }
  if (now.type === 'report') return <ReportSheet key={now.id} id={Number(now.id)} phone={phone} />;
  if (now.type === 'project') return <ProjectSheet key={now.id} id={Number(now.id)} phone={phone} />;
  if (now.type === 'ground') {
    return (
      <Frame phone={phone} key="ground" mark={<Icon name="map-pin" />} title={t.ground} note="">
        <GroundDetail spot={now.spot} />
      </Frame>
    );
  }
  // Nothing can be said before the server has told what there is.
  const known = now.type === 'device' ? devicesKnown.value : publication.value !== null;
  return (
    <Frame phone={phone} key="gone" lost mark={<Icon name="map-pin" />} title={known ? sheetWords.value.goneTitle : now.id} note={known ? now.id : ''}>
      <p class="empty">{known ? sheetWords.value.gone : t.looking}</p>
    </Frame>
  );
}

export function Frame(props: { phone: boolean; of?: string; mark: ComponentChildren; title: string; note: string; /** There is nowhere to fly to. */ lost?: boolean; children: ComponentChildren }) {
  const t = texts.value;
  const building = selectedBuilding.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    sheetsMade.value++;
    // The row that was pressed may have gone with the list: the focus continues here.
    if (document.activeElement === null || document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <aside class="sheet" data-of={props.of} aria-label={props.title}>
      <header>
        {props.mark}
        <div class="what">
          <h2 ref={heading} tabIndex={-1}>
            {props.title}
          </h2>
          {props.note !== '' && <p>{props.note}</p>}
        </div>
        <button class="tool" aria-label={props.phone ? t.back : t.close} title={props.phone ? t.back : t.close} onClick={deselect}>
          <Icon name="x" />
        </button>
      </header>
      {/* Where nothing in it can be pressed, keys still scroll it. */}
      <div class="scroll" tabIndex={0}>
        {props.children}
        <div class="actions" style="padding-top:12px">
          {!props.lost && (
            <button class="button quiet" onClick={goToSelection}>
              <Icon name="locate" />
              {t.flyTo}
            </button>
          )}
          {building && identified.value && !replaced.value.has(building.id) && (
            <button class="button quiet" onClick={() => toggleHidden(building.id)}>
              {hidden.value.has(building.id) ? t.show : t.hide}
            </button>
          )}
        </div>
      </div>
    </aside>
  );
}
