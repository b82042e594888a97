// The address of a view: camera, selection, language and what tools add, in the part after `#`.
//
// In: signals. Out: `location.hash`, and back. `#v=east,north,up,heading,pitch&s=device/lamp-3&l=zh`.
import type { Language } from '../i18n';
import type { Selection } from './selection';
import type { ViewPose } from './view';

export interface Link {
  readonly pose: ViewPose | null;
  readonly selection: Selection | null;
  readonly language: Language | null;
  /** What tools add, by their keys. */
  readonly parts: ReadonlyMap<string, string>;
}

/** Keys of this module; tools have others. */
const OWN = ['v', 's', 'l'];
/** More than any tool writes, and less than browsers and mail programs cut off. */
const LONGEST_PART = 4000;

/** Centimetres and tenths of degrees are finer than anybody can see. */
const round = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

export function writeLink(link: Link): string {
  const parts: string[] = [];
  if (link.pose) {
    const { east_m, north_m, up_m, heading_deg, pitch_deg } = link.pose;
    parts.push(`v=${[east_m, north_m, up_m].map((m) => round(m, 2)).join(',')},${round(heading_deg, 1)},${round(pitch_deg, 1)}`);
  }
  const s = link.selection;
  if (s?.type === 'ground') {
    const { east_m, north_m, up_m } = s.spot.local;
    parts.push(`s=ground/${[east_m, north_m, up_m].map((m) => round(m, 2)).join(',')}`);
  } else if (s) {
    // Ids of buildings begin with `building/` themselves.
    const id = s.type === 'building' ? s.id : `${s.type}/${s.id}`;
    parts.push(`s=${encodeURIComponent(id).replaceAll('%2F', '/')}`);
  }
  if (link.language) parts.push(`l=${link.language}`);
  for (const [key, text] of link.parts) parts.push(`${encodeURIComponent(key)}=${encodeURIComponent(text).replace(/%(2C|2F|3A|3B)/g, decodeURIComponent)}`);
  return parts.length > 0 ? `#${parts.join('&')}` : '';
}

function numbers(text: string | null, count: number): number[] | null {
  const list = (text ?? '').split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  return list.length === count && list.every(Number.isFinite) ? list : null;
}

/** Reads a hash; what cannot be understood is left out. */
export function readLink(hash: string): Link {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const v = numbers(params.get('v'), 5);
  const [east_m = 0, north_m = 0, up_m = 0, heading_deg = 0, pitch_deg = 0] = v ?? [];
  const l = params.get('l');
  return {
    pose: v ? { east_m, north_m, up_m, heading_deg, pitch_deg } : null,
    selection: readSelection(params.get('s')),
    language: l === 'zh' || l === 'en' ? l : null,
    parts: new Map([...params].filter(([key, text]) => !OWN.includes(key) && text.length <= LONGEST_PART)),
  };
}

function readSelection(text: string | null): Selection | null {
  const [whole, type, id] = /^(device|building|element|report|project|ground)\/(.+)$/.exec(text ?? '') ?? [];
  if (whole === undefined || id === undefined) return null;
  if (type === 'device') return { type, id };
  if (type === 'building') return { type, id: whole, spot: null };
  if (type === 'element') return { type, id, spot: null };
  if (type === 'report' || type === 'project') return /^\d{1,15}$/.test(id) ? (type === 'report' ? { type, id } : { type, id, spot: null }) : null;
  const [east_m, north_m, up_m] = numbers(id, 3) ?? [];
  if (east_m === undefined || north_m === undefined || up_m === undefined) return null;
  return { type: 'ground', spot: { local: { east_m, north_m, up_m }, geographic: null } };
}
