// Which devices belong to which objects of the model. Pure.
//
// In: devices as they are registered, each with the object that it is bound to. Out: those of an element, a
// storey or a building, the worst first. Called by panels.
import type { DeviceView } from '../api/types';
import type { Model } from './models';
import { severity } from './status';

/** Devices whose object is covered, the worst first, else by id. */
export function boundDevices(devices: Iterable<DeviceView>, covers: (object: string) => boolean): DeviceView[] {
  return [...devices]
    .filter(({ object }) => typeof object === 'string' && covers(object))
    .sort((a, b) => severity(b.status) - severity(a.status) || (a.id < b.id ? -1 : 1));
}

/** The building model that an object is part of: its id begins with the source. */
export const modelOf = (object: string, models: readonly Model[]): Model | undefined =>
  models.find(({ source }) => object.startsWith(`${source}/`));

/** Covers a building of the survey and everything in the models that stand for it. */
export const ofBuilding =
  (building: string, models: readonly Model[]) =>
  (object: string): boolean =>
    object === building || modelOf(object, models)?.replaces.includes(building) === true;

/** Covers a storey and what is on it, as far as that is known. */
export const ofStorey =
  (storey: string, storeyOf: ReadonlyMap<string, string> | null) =>
  (object: string): boolean =>
    object === storey || storeyOf?.get(object) === storey;
