import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LONGEST_MS, Recorder, troubleOf, type Recording } from './recorder';

/** A microphone of our own: what it is asked for, and whether it was let go of. */
let open = 0;
let asked: () => Promise<unknown>;

class Fake {
  static isTypeSupported = (type: string): boolean => type.startsWith('audio/mp4');
  state = 'inactive';
  ondataavailable: (event: { data: Blob }) => void = () => undefined;
  onstop: () => void = () => undefined;
  start(): void {
    this.state = 'recording';
  }
  stop(): void {
    this.state = 'inactive';
    this.ondataavailable({ data: new Blob(['sound']) });
    this.onstop();
  }
}

const stream = (): unknown => {
  open += 1;
  return { getTracks: () => [{ stop: () => (open -= 1) }] };
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  open = 0;
  asked = () => Promise.resolve().then(stream);
  vi.stubGlobal('MediaRecorder', Fake);
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: () => asked() } });
  vi.stubGlobal('document', new EventTarget());
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function recorder(): { one: Recorder; kept: Recording[] } {
  const kept: Recording[] = [];
  return { one: new Recorder((recording) => void kept.push(recording)), kept };
}

test('what_is_said_between_two_presses_is_kept_and_the_microphone_let_go_of', async () => {
  const { one, kept } = recorder();
  await one.begin();
  expect([one.step.value, open]).toEqual(['recording', 1]);
  vi.advanceTimersByTime(3_000);
  expect(one.spoken_ms.value).toBe(3_000);
  one.end();
  expect(kept.map(({ file, ms, full }) => [file.type, ms, full])).toEqual([['audio/mp4', 3_000, false]]);
  expect([one.step.value, open]).toEqual(['idle', 0]);
});

test('after_a_minute_it_ends_by_itself', async () => {
  const { one, kept } = recorder();
  await one.begin();
  vi.advanceTimersByTime(LONGEST_MS + 5_000);
  expect(kept.map(({ ms, full }) => [ms, full])).toEqual([[LONGEST_MS, true]]);
  expect(open).toBe(0);
});

test('a_slip_of_the_finger_is_told_and_not_kept', async () => {
  const { one, kept } = recorder();
  await one.begin();
  vi.advanceTimersByTime(300);
  one.end();
  expect([kept, one.trouble.value, open]).toEqual([[], 'tooShort', 0]);
});

test('whoever_leaves_is_not_listened_to_whether_the_microphone_was_given_yet_or_not', async () => {
  const { one, kept } = recorder();
  await one.begin();
  vi.advanceTimersByTime(3_000);
  one.abandon();
  const { one: other } = recorder();
  const begun = other.begin();
  other.abandon();
  await begun;
  expect([kept, open]).toEqual([[], 0]);
});

test('a_browser_that_gives_the_microphone_and_cannot_record_lets_go_of_it', async () => {
  const unable = (): never => {
    throw new DOMException('this type is not recorded', 'NotSupportedError');
  };
  class CannotBegin extends Fake {
    override start = unable;
  }
  class CannotBe extends Fake {
    constructor() {
      super();
      unable();
    }
  }
  for (const Broken of [CannotBegin, CannotBe]) {
    vi.stubGlobal('MediaRecorder', Broken);
    const { one, kept } = recorder();
    await one.begin();
    expect([one.step.value, one.trouble.value, open, kept]).toEqual(['idle', 'unable', 0, []]);
    // And it can be tried again.
    vi.stubGlobal('MediaRecorder', Fake);
    await one.begin();
    expect([one.step.value, open]).toEqual(['recording', 1]);
    one.abandon();
  }
});

test('each_reason_without_a_microphone_has_its_own_words', async () => {
  const named = (name: string): Error => Object.assign(new Error(), { name });
  expect(['NotAllowedError', 'NotFoundError', 'NotReadableError', 'TypeError'].map((name) => troubleOf(named(name)))).toEqual(['denied', 'absent', 'busy', 'unable']);
  asked = () => Promise.reject(named('NotAllowedError'));
  const { one } = recorder();
  await one.begin();
  expect([one.step.value, one.trouble.value]).toEqual(['idle', 'denied']);
  vi.stubGlobal('MediaRecorder', undefined);
  await one.begin();
  expect(one.trouble.value).toBe('unable');
});
