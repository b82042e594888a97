// Requests to the server, one function a resource.
//
// In: ids and positions. Out: what the server answered, or an `ApiError` that says who can act.
// Called by state. Addresses are relative, so that the viewer works behind a path of a proxy.
import type { AcceptedView, CatalogAnswer, DeviceKind, LocalPoint, ModelObject, ObjectList, Place, ReadingHistory, SessionView } from './types';

/** Why a request failed: nobody answered, the thing is not there, one may not, or the server had a fault. */
export type ApiFailure = 'unreachable' | 'missing' | 'denied' | 'fault';

export class ApiError extends Error {
  constructor(
    readonly failure: ApiFailure,
    message: string,
    /** The problem's stable name, where the server gave one. */
    readonly code: string | null = null,
    /** How long to wait before another attempt, where the server said so. */
    readonly wait_s: number | null = null,
    readonly status: number | null = null,
    /** What is wrong, in the server's words, with what to do about it. */
    readonly detail: string | null = null,
    /** Everything that is wrong with a list, a line each. */
    readonly errors: readonly string[] = [],
  ) {
    super(message);
  }
}

/** The address of a file or resource of this server. */
export const address = (path: string): string => new URL(path.replace(/^\//, ''), document.baseURI).href;

/** Longest wait for an answer; a server that takes longer is treated as away. */
const TIMEOUT_MS = 15_000;

/** Paths that begin with `/` are of the server; others of `/api/v1`. */
export const get = async <T>(path: string, signal?: AbortSignal): Promise<T> => body(path, await request('GET', path, undefined, signal));

/** A file is sent as it is, anything else as JSON. */
export async function request(method: string, path: string, content?: unknown, signal?: AbortSignal, more?: Record<string, string>): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(address(path.startsWith('/') ? path : `/api/v1/${path}`), {
      method,
      headers: { accept: 'application/json', ...(content === undefined || content instanceof Blob ? {} : { 'content-type': 'application/json' }), ...more },
      body: content === undefined ? null : content instanceof Blob ? content : JSON.stringify(content),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ApiError('unreachable', `no answer to \`${path}\`: ${String(cause)}`);
  }
  if (!response.ok) {
    // A proxy in front of a stopped server answers 502 to 504 in its place.
    const away = response.status >= 502 && response.status <= 504 && !isProblem(response);
    const { code, detail, errors } = await problemOf(response);
    const wait_s = Number(response.headers.get('retry-after')) || null;
    throw new ApiError(away ? 'unreachable' : failureOf(response.status), `\`${path}\` answered ${response.status}`, code, wait_s, response.status, detail, errors);
  }
  return response;
}

function failureOf(status: number): ApiFailure {
  if (status === 401 || status === 403) return 'denied';
  return status === 404 || status === 503 ? 'missing' : 'fault';
}

interface ProblemSaid {
  code?: string;
  detail?: string;
  hint?: string;
  text?: { zh?: string };
  errors?: string[];
}

/** The problem's name, its words with its advice, in the language of the page where the server has it, and what is wrong line by line. */
async function problemOf(response: Response): Promise<{ code: string | null; detail: string | null; errors?: string[] | undefined }> {
  const said: ProblemSaid = isProblem(response) ? ((await response.json().catch(() => ({}))) as ProblemSaid) : {};
  const zh = document.documentElement.lang === 'zh-CN' ? said.text?.zh : null;
  return { code: said.code ?? null, detail: zh ?? (said.detail ? [said.detail, said.hint].filter(Boolean).join('; ') : null), errors: said.errors };
}

export async function body<T>(path: string, response: Response): Promise<T> {
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

export const getSession = (): Promise<SessionView> => get('session');

export const signIn = async (name: string, password: string): Promise<SessionView> =>
  body('session', await request('POST', 'session', { name, password }));

export async function signOut(): Promise<void> {
  await request('DELETE', 'session');
}

/** Chooses the password of someone who was invited; gives the name to sign in with. */
export const acceptInvitation = async (token: string, password: string): Promise<string> =>
  (await body<AcceptedView>('invitations/accept', await request('POST', 'invitations/accept', { token, password }))).name;
