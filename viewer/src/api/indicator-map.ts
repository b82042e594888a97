// What a map of a check-up is made from: which check-ups there are, how far their indicators are assessed, and values at objects.
//
// In: numbers and codes. Out: what the server answered. Called by the colours of the scene.
import { getCheckUp, getCheckUps, getIndicators } from './checkups';
import { get } from './client';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type CheckUp = Schemas['CheckUp'];
export type Indicator = Schemas['Indicator'];
export type IndicatorMap = Schemas['IndicatorMap'];

/** The newest ones; older are found on their own pages. */
const CHECK_UPS_MOST = 200;
/** Objects on a page: the most that the server gives. */
const PAGE = 10_000;

export const getCheckUpsOfMap = async (signal: AbortSignal): Promise<readonly CheckUp[]> => (await getCheckUps(`limit=${CHECK_UPS_MOST}`, signal)).check_ups;

/** The indicators of a check-up that have values, in the order of its catalogue. */
export async function getAssessed({ id, catalogue }: Pick<CheckUp, 'id' | 'catalogue'>, signal: AbortSignal): Promise<readonly Indicator[]> {
  const [{ progress }, indicators] = await Promise.all([
    getCheckUp(id, signal),
    getIndicators(catalogue, signal),
  ]);
  const assessed = new Set(progress.flatMap(({ indicator, values }) => (values > 0 ? [indicator] : [])));
  return indicators.filter(({ code }) => assessed.has(code));
}

/** An indicator with its values at all objects, page by page. */
export async function getIndicatorMap(checkUp: number, code: string, signal: AbortSignal): Promise<IndicatorMap> {
  const page = (after: string): Promise<IndicatorMap> => get(`check-ups/${checkUp}/map?indicator=${encodeURIComponent(code)}&limit=${PAGE}${after}`, signal);
  let all = await page('');
  while (typeof all.next === 'string') {
    const more = await page(`&after=${encodeURIComponent(all.next)}`);
    all = { ...more, objects: { ...all.objects, ...more.objects } };
  }
  return all;
}
