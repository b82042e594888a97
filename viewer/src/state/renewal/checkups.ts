// What the pages of check-ups reckon: objects that a check-up looks at, indicators by dimension, how far each is, how
// urgent a value would be.
//
// In: check-ups, their catalogue and objects. Out: values. Pure. The server decides; this says beforehand what it will.
import type { CheckUp, Indicator, IndicatorLevel, IndicatorProgress, ProblemFigure, Urgency } from '../../api/checkups';
import type { LocalizedText, ModelObject } from '../../api/types';

/** The most urgent first: the order in which people read. */
export const URGENCIES: readonly Urgency[] = ['urgent', 'pressing', 'ordinary'];

/** An object that can be assessed. */
export interface Site {
  readonly id: string;
  readonly level: IndicatorLevel;
  readonly name: LocalizedText | null;
  /** The neighbourhood that it stands in or is. */
  readonly zone: string | null;
  /** The building model that it is known from, if it is not of the footprints: such a one may be the same house. */
  readonly model: string | null;
}

const LEVELS: Partial<Record<ModelObject['class'], IndicatorLevel>> = { building: 'building', zone: 'neighbourhood', community: 'community' };

/** The objects that a check-up looks at: all, or with zones those zones and what stands in them. */
export function sitesOf({ zones = [] }: Pick<CheckUp, 'zones'>, objects: readonly ModelObject[]): Site[] {
  return objects.flatMap((object) => {
    const level = LEVELS[object.class];
    if (!level) return [];
    const zone = level === 'neighbourhood' ? object.id : (object.zone ?? null);
    if (zones.length > 0 && (level === 'community' || zone === null || !zones.includes(zone))) return [];
    return [{ id: object.id, level, name: object.name ?? null, zone, model: object.bim?.source ?? null }];
  });
}

export const indicatorsAt = (site: Site, indicators: readonly Indicator[]): Indicator[] => indicators.filter(({ levels }) => levels.includes(site.level));

/** The indicators of a check-up, in the order of its catalogue. */
export const chosenOf = ({ indicators: codes = [] }: Pick<CheckUp, 'indicators'>, catalogue: readonly Indicator[]): readonly Indicator[] =>
  codes.length === 0 ? catalogue : catalogue.filter(({ code }) => codes.includes(code));

/** A dimension with its indicators. */
export interface Dimension {
  /** Tells dimensions apart whatever the language. */
  readonly key: string;
  readonly name: LocalizedText;
  readonly family: Indicator['family'];
  readonly indicators: readonly Indicator[];
}

export const dimensionKey = ({ dimension }: Pick<Indicator, 'dimension'>): string => dimension.zh ?? dimension.en ?? '';

/** Indicators by dimension, both in the order of the catalogue. */
export function byDimension(indicators: readonly Indicator[]): Dimension[] {
  const found = new Map<string, { name: LocalizedText; family: Indicator['family']; indicators: Indicator[] }>();
  for (const indicator of indicators) {
    const key = dimensionKey(indicator);
    const there = found.get(key) ?? { name: indicator.dimension, family: indicator.family, indicators: [] };
    there.indicators.push(indicator);
    found.set(key, there);
  }
  return [...found].map(([key, of]) => ({ key, ...of }));
}

/** How many of what could be given there are. */
export interface Share {
  readonly values: number;
  readonly objects: number;
}

export function shareOf(progress: readonly IndicatorProgress[], of: readonly Indicator[] | null = null): Share {
  const codes = of && new Set(of.map(({ code }) => code));
  const counted = progress.filter(({ indicator }) => !codes || codes.has(indicator));
  return { values: counted.reduce((sum, { values }) => sum + values, 0), objects: counted.reduce((sum, { objects }) => sum + objects, 0) };
}

/** Whole percent; all but complete is not yet a hundred. */
export const percent = ({ values, objects }: Share): number => (objects === 0 ? 0 : Math.floor((100 * values) / objects));

/** How urgent a value is by the thresholds alone; null where it is no problem. */
export function urgencyOf({ thresholds, direction }: Pick<Indicator, 'thresholds' | 'direction'>, value: number): Urgency | null {
  const reached = (at: number | null | undefined): boolean => typeof at === 'number' && (direction === 'more_is_better' ? value < at : value >= at);
  return URGENCIES.find((urgency) => reached(thresholds[urgency])) ?? null;
}

/** Of how many problems that still stand how many are decided, by urgency. */
export function standing(figures: readonly ProblemFigure[], urgency: Urgency | null = null): { readonly all: number; readonly decided: number } {
  const counted = figures.filter((figure) => figure.state !== 'gone' && (urgency === null || figure.urgency === urgency));
  const sum = (of: readonly ProblemFigure[]): number => of.reduce((total, { problems }) => total + problems, 0);
  return { all: sum(counted), decided: sum(counted.filter(({ state }) => state !== 'found')) };
}
