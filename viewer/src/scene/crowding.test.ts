import { expect, test } from 'vitest';
import { uncrowded, type TextBox } from './crowding';

const box = (x: number, weight = 0): TextBox => ({ x, y: 0, width: 40, height: 20, weight });

function check(boxes: readonly (TextBox | null)[], drawn: readonly number[]): void {
  expect(uncrowded(boxes).flatMap((shown, at) => (shown ? [at] : []))).toEqual(drawn);
}

test('texts apart from each other are all drawn', () => check([box(0), box(60), box(120)], [0, 1, 2]));

test('of two that lie over each other the heavier is drawn, whichever comes first', () => {
  check([box(0), box(20, 1)], [1]);
  check([box(0, 1), box(20)], [0]);
});

test('of equals the first is drawn, so that nothing flickers', () => check([box(0), box(20), box(60)], [0, 2]));

test('a text that only one left out would cover is drawn', () => check([box(0, 2), box(30, 1), box(60)], [0, 2]));

test('what is behind the eye takes no room', () => check([null, box(0)], [1]));
