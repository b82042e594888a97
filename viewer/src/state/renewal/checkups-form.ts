// The form of a check-up: the values that the server has, what is typed over them, and the sending of it.
//
// In: what is typed, presses. Out: signals. What cannot be sent stays and is sent again by itself; what the server does
// not take is told beside its field, and does not keep the rest from being taken.
import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals-core';
import { getValues, putValues, type IndicatorValue } from '../../api/checkups';
import { ApiError } from '../../api/client';
import { postPhoto } from '../../api/report-deeds';
import { faultsOf, keyOf, numberOf, objectOf, readDrafts, valueOf, writeDrafts, type Draft, type Drafts } from './checkups-drafts';
import { PHOTOS_MOST, areThose, browserFiles, localsOf, photosOf, type DraftPhoto, type PhotoFiles } from './checkups-photos';

/** Why a draft was not taken. */
export type Trouble =
  | { readonly why: 'not_a_number' }
  /** Someone gave another value, or took it out, while it was typed. */
  | { readonly why: 'meanwhile'; readonly theirs: IndicatorValue | null }
  /** The server does not take a photograph, or, without words, its file is not in the browser any more. */
  | { readonly why: 'photo'; readonly words: string | null }
  /** The server named the field. */
  | { readonly why: 'refused'; readonly field: string; readonly words: string };

const FIRST_RETRY_MS = 3000;
const LONGEST_RETRY_MS = 60_000;
/** As many as the server takes at a time. */
const FORM_LIMIT = 1000;
/** So many photographs go before the values that they are of: the server keeps two dozen of anyone that go with nothing. */
const PHOTOS_AT_ONCE = 12;

/** Up to so many objects are read one by one. */
const SINGLY_MOST = 8;

type Sent = readonly (readonly [string, Draft])[];
type Values = ReadonlyMap<string, IndicatorValue>;
const byKey = (values: readonly IndicatorValue[]): Map<string, IndicatorValue> => new Map(values.map((value) => [keyOf(value.indicator, value.object), value]));

/** What is left of a map without some keys. */
const without = <T>(map: ReadonlyMap<string, T>, keys: readonly string[]): Map<string, T> => new Map([...map].filter(([key]) => !keys.includes(key)));

/** The form of a check-up for whoever is signed in. `close` ends what runs by itself; drafts stay. */
export class Form {
  readonly values: Signal<Values>;
  readonly drafts: Signal<Drafts>;
  readonly troubles = signal<ReadonlyMap<string, Trouble>>(new Map());
  readonly sending = signal(false);
  /** Whether the server was there when it was tried last. */
  readonly reached = signal(true);
  /** What the server said against all of it, such as that collecting has ended. */
  readonly refused = signal<unknown>(null);
  readonly savedAt = signal<Date | null>(null);
  /** Whether the browser keeps drafts. */
  readonly kept = signal(true);
  /** Whether it keeps the photographs of all of them. */
  readonly photosKept = signal(true);
  /** Keys of drafts by object. */
  readonly unsent: ReadonlySignal<ReadonlyMap<string, readonly string[]>> = computed(() => {
    const found = new Map<string, string[]>();
    for (const key of this.drafts.value.keys()) found.set(objectOf(key), [...(found.get(objectOf(key)) ?? []), key]);
    return found;
  });
  private timer = 0;
  private wait_ms = FIRST_RETRY_MS;
  /** Drafts whose photographs were sent a second time. */
  private readonly sentAgain = new Set<string>();
  private readonly online = (): void => void this.send();

  constructor(
    private readonly checkUp: number,
    private readonly who: string,
    known: readonly IndicatorValue[],
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = localStorage,
    readonly files: PhotoFiles = browserFiles,
  ) {
    this.values = signal(byKey(known));
    this.drafts = signal(readDrafts(checkUp, who, storage));
    addEventListener('online', this.online);
    // What the page before could not send.
    void this.send();
  }

  close(): void {
    clearTimeout(this.timer);
    removeEventListener('online', this.online);
  }

  /** Notes what is typed; typing what the server has already leaves nothing to send. */
  write(key: string, change: Partial<Pick<Draft, 'text' | 'remark' | 'photos'>>): void {
    const there = this.values.peek().get(key);
    const before = this.drafts.peek().get(key) ?? { text: there ? String(there.value) : '', remark: remarkOf(there), base: there?.at ?? null, asked: false };
    const next = { ...before, ...change, asked: false };
    const same = next.base === (there?.at ?? null) && numberOf(next.text) === (there?.value ?? null) && next.remark.trim() === remarkOf(there);
    const sameToo = same && (next.photos === undefined || areThose(next.photos, there?.photos));
    batch(() => {
      this.keep(sameToo ? without(this.drafts.peek(), [key]) : new Map([...this.drafts.peek(), [key, next]]));
      this.troubles.value = without(this.troubles.peek(), [key]);
    });
  }

  /** The photographs of a draft, or of the value that is there. */
  photosAt(key: string): readonly DraftPhoto[] {
    return this.drafts.value.get(key)?.photos ?? photosOf(this.values.value.get(key)?.photos);
  }

  /** Adds photographs, as many as there is room for. */
  async addPhotos(key: string, files: readonly Blob[]): Promise<void> {
    for (const file of files.slice(0, PHOTOS_MOST - this.photosAt(key).length)) {
      const local = crypto.randomUUID();
      if (!(await this.files.put(local, file))) this.photosKept.value = false;
      this.write(key, { photos: [...this.photosAt(key), { local, id: null }] });
    }
  }

  drop(key: string): void {
    this.keep(without(this.drafts.peek(), [key]));
    this.troubles.value = without(this.troubles.peek(), [key]);
  }

  /** Saves drafts; those that someone else was faster with are held back until they are saved once more. */
  async save(keys: readonly string[]): Promise<void> {
    const meant = keys.filter((key) => this.drafts.peek().has(key));
    const wrong = meant.filter((key) => {
      const value = numberOf(this.drafts.peek().get(key)?.text ?? '');
      // A remark alone says nothing.
      return Number.isNaN(value) || (value === null && !this.values.peek().has(key));
    });
    this.mark(wrong.map((key) => [key, { why: 'not_a_number' }]));
    this.change(meant.filter((key) => !wrong.includes(key)), () => ({ asked: true }));
    await this.send();
  }

  /** Sends whatever was asked to be saved. */
  async send(): Promise<void> {
    if (this.sending.peek()) return;
    clearTimeout(this.timer);
    [this.sending.value, this.refused.value] = [true, null];
    try {
      // What was asked for while this was on its way goes next.
      for (let keys = this.waiting(); keys.length > 0; keys = this.waiting()) await this.sendOnce(this.atOnce(keys));
      [this.reached.value, this.wait_ms] = [true, FIRST_RETRY_MS];
    } catch (error) {
      this.reached.value = !(error instanceof ApiError && error.failure === 'unreachable');
      if (this.reached.peek()) {
        this.refused.value = error;
        this.hold(this.waiting());
      } else {
        this.timer = window.setTimeout(() => void this.send(), this.wait_ms);
        this.wait_ms = Math.min(2 * this.wait_ms, LONGEST_RETRY_MS);
      }
    } finally {
      this.sending.value = false;
    }
  }

  /** Reads values anew: of some objects, or all. */
  async refresh(objects: readonly string[] | null = null): Promise<void> {
    if (objects === null || objects.length > SINGLY_MOST) {
      this.values.value = byKey(await getValues(this.checkUp, null));
      return;
    }
    const fresh = (await Promise.all(objects.map((object) => getValues(this.checkUp, object)))).flat();
    this.values.value = new Map([...[...this.values.peek()].filter(([key]) => !objects.includes(objectOf(key))), ...byKey(fresh)]);
  }

  /** As many of what waits as may go together: one at least. */
  private atOnce(keys: readonly string[]): readonly string[] {
    let photos = 0;
    const most = keys.findIndex((key, at) => (photos += this.unsentPhotos(key).length) > PHOTOS_AT_ONCE && at > 0);
    return keys.slice(0, Math.min(FORM_LIMIT, most < 0 ? keys.length : most));
  }

  private unsentPhotos(key: string): readonly string[] {
    return (this.drafts.peek().get(key)?.photos ?? []).flatMap(({ local, id }) => (local !== null && id === null ? [local] : []));
  }

  private async sendOnce(keys: readonly string[]): Promise<void> {
    // Before it is looked whether someone was faster: photographs take their time.
    const able: string[] = [];
    for (const key of keys) if (await this.sendPhotos(key)) able.push(key);
    await this.refresh([...new Set(able.map(objectOf))]);
    const theirs = (key: string): IndicatorValue | undefined => this.values.peek().get(key);
    const overtaken = able.filter((key) => (this.drafts.peek().get(key)?.base ?? null) !== (theirs(key)?.at ?? null));
    batch(() => {
      // Whoever saves it again has seen theirs.
      this.change(overtaken, (key) => ({ asked: false, base: theirs(key)?.at ?? null }));
      this.mark(overtaken.map((key) => [key, { why: 'meanwhile', theirs: theirs(key) ?? null }]));
    });
    const sent = able.flatMap((key) => {
      const draft = overtaken.includes(key) ? undefined : this.drafts.peek().get(key);
      // A photograph that was added meanwhile goes with the next saving.
      return draft && this.unsentPhotos(key).length === 0 ? [[key, draft] as const] : [];
    });
    if (sent.length > 0 && (await this.taken(sent))) await this.settle(sent);
  }

  /** Sends the photographs of a draft that the server does not have, and says whether it took them; each is noted at once, so that none goes twice. */
  private async sendPhotos(key: string): Promise<boolean> {
    for (const local of this.unsentPhotos(key)) {
      const file = await this.files.get(local);
      try {
        const id = file && (await postPhoto(file)).id;
        this.changePhotos(key, (photos) => (id === null ? photos.filter((one) => one.local !== local) : photos.map((one) => (one.local === local ? { local, id } : one))));
        if (id === null) return this.refuse(key, { why: 'photo', words: null });
      } catch (error) {
        if (!(error instanceof ApiError) || error.failure !== 'fault' || error.status === 429 || (error.status ?? 500) >= 500) throw error;
        return this.refuse(key, { why: 'photo', words: error.detail ?? error.message });
      }
    }
    return true;
  }

  private changePhotos(key: string, to: (photos: readonly DraftPhoto[]) => readonly DraftPhoto[]): void {
    const draft = this.drafts.peek().get(key);
    if (draft?.photos) this.keep(new Map([...this.drafts.peek(), [key, { ...draft, photos: to(draft.photos) }]]));
  }

  private refuse(key: string, trouble: Trouble): false {
    batch(() => {
      this.mark([[key, trouble]]);
      this.hold([key]);
    });
    return false;
  }

  /** Photographs that go with nothing are kept for a day: those that waited longer are sent again, once. */
  private sendAgain(sent: Sent): boolean {
    const gone = sent.filter(([key, { photos = [] }]) => !this.sentAgain.has(key) && photos.some(({ local }) => local !== null));
    for (const [key] of gone) {
      this.sentAgain.add(key);
      this.changePhotos(key, (photos) => photos.map(({ local, id }) => ({ local, id: local === null ? id : null })));
    }
    return gone.length > 0;
  }

  /** Whether the server has taken them; what it names as wrong is marked and held back. */
  private async taken(sent: Sent): Promise<boolean> {
    try {
      await putValues(this.checkUp, sent.map(([key, draft]) => valueOf(key, draft, this.values.peek().get(key)?.photos ?? [])));
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'unknown_photo' && this.sendAgain(sent)) return false;
      const faults = faultsOf(error instanceof ApiError ? error.errors : []);
      const wrong = [...faults].flatMap(([at, fault]) => (sent[at] ? [[sent[at][0], { why: 'refused', ...fault }] as const] : []));
      // Errors that name none of what was sent would be sent for ever.
      if (wrong.length === 0) throw error;
      batch(() => {
        this.mark(wrong);
        this.hold(wrong.map(([key]) => key));
      });
      return false;
    }
  }

  /** Forgets drafts that the server has; what was typed over them in the meantime stays, over what was just stored. */
  private async settle(sent: Sent): Promise<void> {
    const done = sent.filter(([key, draft]) => this.drafts.peek().get(key) === draft).map(([key]) => key);
    batch(() => {
      this.keep(without(this.drafts.peek(), done));
      this.troubles.value = without(this.troubles.peek(), done);
      this.savedAt.value = new Date();
    });
    const typed = sent.map(([key]) => key).filter((key) => !done.includes(key));
    await this.refresh([...new Set(sent.map(([key]) => objectOf(key)))]);
    this.change(typed, (key) => ({ base: this.values.peek().get(key)?.at ?? null }));
  }

  private keep(next: Drafts): void {
    const needed = localsOf(next.values());
    const unneeded = [...localsOf(this.drafts.peek().values())].filter((local) => !needed.has(local));
    if (unneeded.length > 0) void this.files.drop(unneeded);
    this.drafts.value = next;
    this.kept.value = writeDrafts(this.checkUp, this.who, next, this.storage);
  }

  private change(keys: readonly string[], to: (key: string) => Partial<Draft>): void {
    if (keys.length > 0) this.keep(new Map([...this.drafts.peek()].map(([key, draft]) => [key, keys.includes(key) ? { ...draft, ...to(key) } : draft])));
  }

  /** They stay, but are not sent again by themselves. */
  private hold(keys: readonly string[]): void {
    this.change(keys, () => ({ asked: false }));
  }

  private mark(more: readonly (readonly [string, Trouble])[]): void {
    this.troubles.value = new Map([...this.troubles.peek(), ...more]);
  }

  private waiting(): string[] {
    return [...this.drafts.peek()].filter(([, { asked }]) => asked).map(([key]) => key);
  }
}

/** What was said with a value; for what was computed that is of what it was. */
export const remarkOf = (value: IndicatorValue | undefined): string => (value?.source === 'computed' ? '' : (value?.remark ?? ''));

