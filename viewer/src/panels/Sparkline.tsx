// A small chart of the last readings: no axes, the last value marked. Plain SVG.
import type { DeviceStatus, LatestReading } from '../api/types';
import { sparkPoints } from '../state/spark';

const WIDTH = 300;
const HEIGHT = 36;

export function Sparkline({ readings, status, label }: { readings: readonly LatestReading[]; status: DeviceStatus | undefined; label: string }) {
  const points = sparkPoints(readings, WIDTH, HEIGHT, 4);
  const last = points.at(-1);
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label} data-status={status}>
      <line class="base" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      <polyline points={points.map((p) => p.map((v) => v.toFixed(1)).join(',')).join(' ')} />
      {last && <path class="last" d={`M${last[0].toFixed(1)} ${last[1].toFixed(1)}h0`} />}
    </svg>
  );
}
