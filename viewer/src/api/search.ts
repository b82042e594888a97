// Questions of the layer tree and the search: what a storey holds, and features that answer a condition.
//
// In: ids, conditions in CQL2 (OGC 21-065r2). Out: objects, or features of OGC API Features.
// Fetched with the panels that ask.
import { get } from './client';
import type { ModelObject, ObjectList } from './types';

/** Elements and spaces of a storey. */
export const getStoreyParts = async (storey: string): Promise<ModelObject[]> =>
  (await get<ObjectList>(`objects?storey=${encodeURIComponent(storey)}`)).objects;

export interface Feature {
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface FeatureList {
  readonly features: readonly Feature[];
  readonly numberMatched?: number;
}

/** Features of a collection that answer a condition, at most `limit`, and how many there are. */
export async function getFeatures(collection: string, filter: string, limit: number, signal: AbortSignal): Promise<{ features: readonly Feature[]; matched: number }> {
  const { features, numberMatched } = await get<FeatureList>(`/ogc/collections/${collection}/items?limit=${limit}&filter=${encodeURIComponent(filter)}`, signal);
  return { features, matched: numberMatched ?? features.length };
}

/** The properties of a collection that may be asked about, with their types. */
export const getQueryables = async (collection: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> => {
  const { properties } = await get<{ properties: Record<string, { type?: string; enum?: unknown }> }>(`/ogc/collections/${collection}/queryables`, signal);
  return new Map(Object.entries(properties).flatMap(([name, { type, enum: fixed }]) => (type && !fixed ? [[name, type] as const] : [])));
};
