// An icon, and the glyph of a state: its shape and colour with the device's icon in it.
//
// In: names. Out: SVG. Used by all panels. Decorative: the word stands beside it.
import { iconPath, type IconName } from '../api/icons';
import type { DeviceStatus } from '../api/types';
import { LOOKS } from '../state/status';

/** By the name of an icon of the first visit, or by the path of another. */
export function Icon(of: { name: IconName } | { d: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={'d' in of ? of.d : iconPath(of.name)} />
    </svg>
  );
}

export function StatusGlyph({ status, icon, size }: { status: DeviceStatus; icon?: string | undefined; size: number }) {
  return (
    <svg class="glyph" data-status={status} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path class="shape" d={LOOKS[status].shape} />
      {icon !== undefined && <path class="icon-path" d={iconPath(icon)} transform="translate(6 6) scale(.5)" />}
    </svg>
  );
}
