// The names under which the rest of the viewer speaks of what the server sends.
//
// In: `schema.gen.ts`, generated from the server's OpenAPI by `npm run types`. Out: short names.
import type { components } from './schema.gen';

type Schemas = components['schemas'];

export type Alarm = Schemas['Alarm'];
export type AlarmChangedEvent = Schemas['AlarmChangedEvent'];
export type AcceptedView = Schemas['AcceptedView'];
export type AlarmLevel = Schemas['AlarmLevel'];
export type Band = Schemas['Band'];
export type BimFacts = Schemas['BimFacts'];
export type Catalog = Schemas['Catalog'];
export type CatalogAnswer = Schemas['CatalogAnswer'];
export type DeviceKind = Schemas['DeviceKind'];
export type DeviceList = Schemas['DeviceList'];
export type DeviceEvent = Schemas['DeviceEvent'];
export type DeviceRemovedEvent = Schemas['DeviceRemovedEvent'];
export type DeviceStatus = Schemas['DeviceStatus'];
export type Clock = Schemas['Clock'];
export type DeviceView = Schemas['DeviceView'];
export type GeographicPoint = Schemas['GeographicPoint'];
export type LatestReading = Schemas['LatestReading'];
export type LocalBox = Schemas['LocalBox'];
export type LocalPoint = Schemas['LocalPoint'];
export type LocalizedText = Schemas['LocalizedText'];
export type ModelObject = Schemas['ModelObject'];
export type ObjectList = Schemas['ObjectList'];
export type Place = Schemas['PlaceAnswer'];
export type PublicationEvent = Schemas['PublicationEvent'];
export type ReadingHistory = Schemas['ReadingHistory'];
export type ProjectChangedEvent = Schemas['ProjectChangedEvent'];
export type ProjectRemovedEvent = Schemas['ProjectRemovedEvent'];
export type ReportChangedEvent = Schemas['ReportChangedEvent'];
export type ReportRemovedEvent = Schemas['ReportRemovedEvent'];
export type Scene = Schemas['Scene'];
export type Role = Schemas['Role'];
export type SessionView = Schemas['SessionView'];
export type FoundThing = Schemas['FoundThing'];
export type SpatialAnswer = Schemas['SpatialAnswer'];
export type SnapshotEvent = Schemas['SnapshotEvent'];
export type StreamKind = Schemas['StreamKind'];
