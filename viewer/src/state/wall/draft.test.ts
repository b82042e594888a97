import { expect, test } from 'vitest';
import { emptyDraft, freeId, isWebAddress, movedBy, newPlan, newStop, newTrend, newVideo, problemsOf } from './draft';

const pose = { east_m: 1.23456, north_m: 0, up_m: 0, heading_deg: 0, pitch_deg: -30 };

test('an_id_that_is_taken_gets_a_number', () => {
  expect(freeId('wall', [])).toBe('wall');
  expect(freeId('wall', ['wall', 'wall-2'])).toBe('wall-3');
});

test('what_the_server_would_refuse_is_found_before', () => {
  const draft = { ...emptyDraft([]), name: { zh: '一号屏' }, tour: [newStop(pose)], trends: [newTrend()], videos: [{ ...newVideo(), title: { en: 'gate' }, url: 'javascript:alert(1)' }], plans: [{ ...newPlan([]), name: { zh: '火灾' }, contacts: [{ name: ' ', role: {}, phone: '110' }] }] };
  expect(problemsOf(draft).map(({ part, what }) => `${part} ${what}`)).toEqual(['tour title', 'trends title', 'trends series', 'videos url', 'plans contact']);
});

test('times_out_of_range_are_problems', () => {
  const stop = { ...newStop(pose), title: { zh: '门' }, dwell_s: 0 };
  expect(problemsOf({ ...emptyDraft([]), name: { zh: '屏' }, tour: [stop] })).toEqual([{ part: 'tour', at: 0, what: 'number' }]);
  expect(stop.pose.east_m).toBe(1.23);
});

test('only_web_addresses_are_taken', () => {
  expect(['http://a/b', 'https://a', 'rtsp://a', 'a.m3u8', 'data:text/html,x'].filter(isWebAddress)).toEqual(['http://a/b', 'https://a']);
});

test('things_move_within_their_list_only', () => {
  expect(movedBy(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c']);
  expect(movedBy(['a', 'b'], 1, 1)).toEqual(['a', 'b']);
});
