// Round lengths for the scale bar. In: metres. Out: metres. Pure.

/** The largest 1, 2 or 5 times a power of ten that is not above `most_m`. */
export function niceLength(most_m: number): number {
  const power = 10 ** Math.floor(Math.log10(most_m));
  const lead = most_m / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}
