// What lies on the scene: compass, zoom, overview, and the scale bar.
import { niceLength } from '../state/scale';
import { quantity } from '../i18n';
import { language, texts } from '../state/settings';
import { command, graphics, heading_deg, metresPerPixel, placeVisible } from '../state/view';
import { Icon } from './Icon';

/** One press of a zoom button. */
const STEP = 1.6;

export function Instruments() {
  const t = texts.value;
  if (graphics.value === 'missing') return null;
  return (
    <div class="instruments">
      <div class="raised">
        <button class="tool compass" aria-label={t.compass(heading_deg.value)} title={t.compass(heading_deg.value)} onClick={() => command({ do: 'north' })}>
          <svg viewBox="0 0 28 28" aria-hidden="true" style={`transform:rotate(${-heading_deg.value}deg)`}>
            <path class="needle-north" d="M14 2l5 12H9z" />
            <path class="needle-south" d="M14 26l-5-12h10z" />
          </svg>
        </button>
      </div>
      <div class="raised stack">
        <button class="tool" aria-label={t.zoomIn} title={t.zoomIn} onClick={() => command({ do: 'zoom', factor: 1 / STEP })}>
          <Icon name="plus" />
        </button>
        <button class="tool" aria-label={t.zoomOut} title={t.zoomOut} onClick={() => command({ do: 'zoom', factor: STEP })}>
          <Icon name="minus" />
        </button>
        <button class="tool" aria-label={t.home} title={t.home} onClick={() => command({ do: 'home' })}>
          <Icon name="house" />
        </button>
      </div>
    </div>
  );
}

/** How long a metre is in the middle of the picture. */
export function Scale() {
  const perPixel = metresPerPixel.value;
  if (!(perPixel > 0) || !placeVisible.value) return null;
  const length_m = niceLength(perPixel * 120);
  const text = length_m >= 1000 ? quantity(length_m / 1000, 'km', language.value) : quantity(length_m, 'm', language.value);
  return (
    <div class="scale">
      <div class="raised" role="img" aria-label={`${texts.value.scale} ${text}`}>
        {text}
        <i style={`width:${(length_m / perPixel).toFixed(0)}px`} />
      </div>
    </div>
  );
}
