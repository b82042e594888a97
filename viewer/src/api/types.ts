// The names under which the rest of the viewer speaks of what the server sends.
//
// In: the types generated from the server's OpenAPI. Out: short names. Imported everywhere.

export interface LocalizedText { zh?: string | null; en?: string | null }
export interface LocalPoint { east_m: number; north_m: number; up_m: number }
export interface GeographicPoint { longitude_deg: number; latitude_deg: number; height_m: number }
export interface LocalBox { min: LocalPoint; max: LocalPoint }
export type DeviceStatus = 'normal' | 'notice' | 'offline' | 'warning' | 'alarm';
export interface Band { status: DeviceStatus; from?: number | null; to?: number | null; meaning: LocalizedText }
export interface StreamKind { name: LocalizedText; unit?: string; min: number; max: number; bands?: Band[] }
export interface DeviceKind { id: string; name: LocalizedText; icon: string; silence_s: number; streams: Record<string, StreamKind> }
export interface LatestReading { value: number; time: string }
export interface DeviceView {
  id: string; kind: string; name: LocalizedText; position: LocalPoint; object?: string | null;
  status: DeviceStatus; status_since?: string | null; reason?: LocalizedText | null; latest: Record<string, LatestReading>;
}
export interface ModelObject {
  id: string; class: 'community' | 'zone' | 'building'; name?: LocalizedText; parent?: string | null; zone?: string | null;
  bounds: LocalBox; footprint?: [number, number][][][]; properties?: Record<string, unknown>;
}
export interface Scene { id: string; profile: string; zone?: string | null; tileset: string; bounds: LocalBox; tiles: number; triangles: number; texture_px: number; size_bytes: number }
export interface Catalog { format: number; community: { id: string; name: LocalizedText; origin?: GeographicPoint | null; bounds: LocalBox }; scenes: Scene[] }
export interface CatalogAnswer { version: string; base: string; catalog: Catalog }
export interface Place { zone?: ModelObject | null; building?: ModelObject | null; devices: DeviceView[] }
export interface ReadingsAnswer { readings: LatestReading[] }
