// The card of pictures: size and title, a preview, and the file.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { named, quantity } from '../i18n';
import { colourTexts } from '../i18n/colour';
import { drawTexts } from '../i18n/draw';
import { measured } from '../i18n/measure';
import { pictureTexts } from '../i18n/picture';
import { day as dayText } from '../i18n/project';
import { sectionTexts } from '../i18n/section';
import { worksTexts } from '../i18n/works';
import { kept } from '../state/cut';
import { choice, legend, tokenOf } from '../state/colour';
import { countByStatus, devices, past } from '../state/devices';
import { valuesUnder } from '../state/indicators';
import { lookOfStage } from '../state/project-looks';
import { ordinal, shapes } from '../state/draw';
import { figures, list, main } from '../state/measure';
import { A4, draws, SIZES, sizeName, title, type PictureSize } from '../state/picture';
import { publication } from '../state/session';
import { language, texts } from '../state/settings';
import { LOOKS, STATUSES } from '../state/status';
import { paintedDevices } from '../state/view';
import { day, objectStages } from '../state/works';
import { fileTime, saveFile } from './copying';
import { entryName, hasRow } from './legend-texts';
import { framed, strips, type FrameTexts, type LegendRow } from './picture-frame';
import { keyHead } from './thing-texts';
import { Choice } from './tool-parts';

export function PictureCard() {
  const t = pictureTexts(language.value);
  const community = publication.value?.catalog.community;
  const name = community ? named(community.name, language.value, community.id) : '';
  const made = useSignal<{ readonly url: string; readonly blob: Blob; readonly coarse: boolean } | null>(null);
  const state = useSignal<'idle' | 'busy' | 'failed'>('idle');
  const drop = (): void => {
    if (made.value) URL.revokeObjectURL(made.value.url);
    made.value = null;
  };
  useEffect(() => drop, []);

  const make = async (): Promise<void> => {
    const draw = draws.peek();
    if (!draw) return;
    drop();
    state.value = 'busy';
    try {
      const { size, scale } = sizeOf();
      const taken = await draw(size, scale);
      const canvas = framed(taken, frameTexts(title.peek() || name), colours());
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
      if (!blob) throw new Error('no picture');
      made.value = { url: URL.createObjectURL(blob), blob, coarse: taken.coarse };
      state.value = 'idle';
    } catch {
      state.value = 'failed';
    }
  };
  return (
    <>
      <Choice label={t.size} value={sizeName.value} of={SIZES} name={(one) => t.sizes[one]} set={(next) => (drop(), (sizeName.value = next))} />
      <label class="stacked">
        {t.title}
        <input type="text" maxLength={80} placeholder={name} value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} />
      </label>
      {made.value ? (
        <a class="preview" href={made.value.url} target="_blank" rel="noreferrer">
          <img src={made.value.url} alt={t.preview} />
        </a>
      ) : (
        <p class="note" role="status">
          {state.value === 'busy' ? t.busy : state.value === 'failed' ? t.failed : t.note}
        </p>
      )}
      {made.value?.coarse && <p class="note">{t.coarse}</p>}
      <div class="actions">
        {made.value && (
          <button class="button" onClick={() => made.value && saveFile(`${community?.id ?? 'community'}-${fileTime(new Date())}.png`, made.value.blob)}>
            {t.save}
          </button>
        )}
        <button class={made.value ? 'button quiet' : 'button'} disabled={state.value === 'busy'} onClick={() => void make()}>
          {made.value ? t.again : t.make}
        </button>
      </div>
    </>
  );
}

/** The scene's part of the sheet: what the strips above and below leave. */
function sizeOf(): { size: PictureSize; scale: number } {
  const ratio = Math.min(devicePixelRatio, 2);
  if (sizeName.peek() === 'screen') return { size: { width_px: Math.round(innerWidth * ratio), height_px: Math.round(innerHeight * ratio) }, scale: ratio };
  // As if the sheet were a screen 1400 pixels wide: texts of 12 pixels are then 2.5 mm high.
  const scale = A4.width_px / 1400;
  const { head, foot } = strips(scale);
  return { size: { width_px: A4.width_px, height_px: A4.height_px - head - foot }, scale };
}

function frameTexts(heading: string): FrameTexts {
  const t = pictureTexts(language.peek());
  const said = (date: Date): string => date.toLocaleString(language.peek() === 'zh' ? 'zh-CN' : 'en-GB', { dateStyle: 'long', timeStyle: 'short' });
  const then = past.peek();
  const { catalog, version } = publication.peek() ?? {};
  const community = catalog ? named(catalog.community.name, language.peek(), catalog.community.id) : '';
  const measurements = list.peek().map((one) => {
    const { value, unit } = main(one);
    return { text: `${one.name}${one.name === '' ? '' : ' '}${measured(value, unit, language.peek())}` };
  });
  return {
    title: heading,
    foot: `${t.source(community, version?.slice(0, 8) ?? '')} · ${t.made(said(new Date()))}${then ? ` · ${t.past(said(then.at))}` : ''}`,
    north: t.north,
    scaleText: (length_m) => `${length_m >= 1000 ? quantity(length_m / 1000, 'km', language.peek()) : quantity(length_m, 'm', language.peek())}${t.middle}`,
    legend: [
      { title: t.legend.measure, rows: measurements },
      { title: t.legend.draw, rows: shapeRows() },
      { title: t.legend.section, rows: kept.peek().length > 0 ? [{ text: sectionTexts(language.peek()).on }] : [] },
      // Works are painted before all other colours.
      day.peek() === null ? colourRows() : worksRows(),
      // Devices that are painted by something else do not show their state.
      { title: t.legend.devices, rows: paintedDevices.peek() ? [] : statusRows() },
    ].filter(({ rows }) => rows.length > 0),
  };
}

function shapeRows(): LegendRow[] {
  const { kinds } = drawTexts(language.peek());
  return shapes.peek().map((shape) => {
    const { level_m2, length_m } = figures(shape.points);
    const size = { polygon: measured(level_m2, 'm2', language.peek()), line: measured(length_m, 'm', language.peek()), point: '' }[shape.kind];
    return { text: `${shape.name || `${kinds[shape.kind]} ${ordinal(shape)}`} ${size}`.trim() };
  });
}

/** The classes of the colours as they are painted: all, or the one that is shown alone. */
function colourRows(): { title: string; rows: LegendRow[] } {
  const [now, found] = [choice.peek(), legend.peek()];
  if (!now || !found) return { title: '', rows: [] };
  const t = colourTexts(language.peek());
  const style = getComputedStyle(document.documentElement);
  const rows = found.entries.flatMap((entry, at) =>
    hasRow(entry) && (now.only === null || now.only === at) ? [{ text: `${entryName(entry, now.key, t)} ${entry.count}`, colour: style.getPropertyValue(tokenOf(found, at)).trim() }] : [],
  );
  const assessed = valuesUnder(now.key);
  return { title: keyHead(now.key), rows: assessed ? [...rows, { text: t.better[assessed.indicator.direction] }] : rows };
}

/** What the colours of works mean, and of which day they are. */
function worksRows(): { title: string; rows: LegendRow[] } {
  const [at, stages] = [day.peek(), objectStages.peek()];
  if (at === null || !stages) return { title: '', rows: [] };
  const t = worksTexts(language.peek());
  const shown = new Set(stages.values());
  return { title: t.chip(dayText(at, language.peek())), rows: (['approved', 'works', 'done'] as const).filter((stage) => shown.has(stage)).map((stage) => ({ text: t.stages[stage], colour: lookOfStage(stage).fill })) };
}

function statusRows(): LegendRow[] {
  const count = countByStatus(devices.peek().values());
  return STATUSES.filter((status) => count[status] > 0).map((status) => ({ text: `${texts.peek().status[status]} ${count[status]}`, colour: LOOKS[status].fill }));
}

/** Always on light paper: that is what it is printed on. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  return { paper: '#ffffff', ink: '#23221f', soft: '#5c5850', line: '#dcd8d0', font: style.getPropertyValue('--font') };
}
