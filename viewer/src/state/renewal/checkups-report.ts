// What the report of a check-up reckons: what became of indicators since the one before.
//
// In: comparisons, the catalogue. Out: values. Pure.
import type { Comparison, Indicator, ValueComparison } from '../../api/checkups';

/** The figures of a comparison that say something: with what neither has, nothing is said. In the order of the catalogue. */
export function changedFigures({ figures = [] }: Comparison, indicators: readonly Indicator[]): { readonly indicator: Indicator; readonly better: number; readonly worse: number; readonly same: number }[] {
  const byCode = new Map(figures.map((figure) => [figure.indicator, figure]));
  return indicators.flatMap((indicator) => {
    const of = byCode.get(indicator.code);
    return of && of.better + of.worse + of.same > 0 ? [{ indicator, better: of.better, worse: of.worse, same: of.same }] : [];
  });
}

/** Values that got better or worse: what got worse first, and by how much of what the indicator can be. */
export function mostChanged({ values }: Comparison, indicators: ReadonlyMap<string, Indicator>): ValueComparison[] {
  const step = ({ indicator, before, now }: ValueComparison): number => {
    const of = indicators.get(indicator);
    return of && of.max > of.min ? Math.abs((now ?? 0) - (before ?? 0)) / (of.max - of.min) : 0;
  };
  return values
    .filter(({ change }) => change === 'worse' || change === 'better')
    .sort((a, b) => Number(a.change === 'better') - Number(b.change === 'better') || step(b) - step(a));
}
