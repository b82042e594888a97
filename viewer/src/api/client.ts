// Requests to the server, one function a resource.
//
// In: ids and positions. Out: what the server answered, or an `ApiError` that says who can act.
// Called by state. Addresses are relative, so that the viewer works behind a path of a proxy.
import type { CatalogAnswer, DeviceKind, LocalPoint, ModelObject, ObjectList, Place, ReadingHistory } from './types';

/** Why a request failed: nobody answered, the thing is not there, or the server had a fault. */
export type ApiFailure = 'unreachable' | 'missing' | 'fault';

export class ApiError extends Error {
  constructor(
    readonly failure: ApiFailure,
    message: string,
  ) {
    super(message);
  }
}

/** The address of a file or resource of this server. */
export const address = (path: string): string => new URL(path.replace(/^\//, ''), document.baseURI).href;

/** Longest wait for an answer; a server that takes longer is treated as away. */
const TIMEOUT_MS = 15_000;

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(address(`/api/v1/${path}`), {
      headers: { accept: 'application/json' },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ApiError('unreachable', `no answer to \`${path}\`: ${String(cause)}`);
  }
  if (!response.ok) {
    // A proxy in front of a stopped server answers 502 to 504 in its place.
    const away = response.status >= 502 && response.status <= 504 && !isProblem(response);
    const failure = away ? 'unreachable' : response.status === 404 || response.status === 503 ? 'missing' : 'fault';
    throw new ApiError(failure, `\`${path}\` answered ${response.status}`);
  }
  try {
    return (await response.json()) as T;
  } catch (cause) {
    throw new ApiError('unreachable', `answer to \`${path}\` broke off: ${String(cause)}`);
  }
}

const isProblem = (response: Response): boolean =>
  response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;

export const getCatalog = (): Promise<CatalogAnswer> => get('catalog');

export const getDeviceKinds = (): Promise<DeviceKind[]> => get('device-kinds');

export const getObjects = async (objectClass: ModelObject['class']): Promise<ModelObject[]> =>
  (await get<ObjectList>(`objects?class=${objectClass}`)).objects;

/** One object; its id may hold slashes, and a GlobalId may hold `$`. */
export const getObject = (id: string, signal: AbortSignal): Promise<ModelObject> =>
  get(`objects/${id.split('/').map(encodeURIComponent).join('/')}`, signal);

export const getPlace = (at: LocalPoint, signal: AbortSignal): Promise<Place> =>
  get(`place?east_m=${at.east_m.toFixed(2)}&north_m=${at.north_m.toFixed(2)}`, signal);

export const getReadings = (device: string, stream: string, limit: number, signal: AbortSignal): Promise<ReadingHistory> =>
  get(`devices/${encodeURIComponent(device)}/readings?stream=${encodeURIComponent(stream)}&limit=${limit}`, signal);
