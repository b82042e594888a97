import { expect, test } from 'vitest';
import { come, missed, missingTools, tool, toggleTool, toolMissing, wantedTools } from './tools';

test('a_tool_that_did_not_come_is_wanted_anew_when_its_button_is_pressed_again', () => {
  toggleTool('measure');
  expect([...wantedTools.value]).toEqual(['measure']);
  missed(['measure']);
  expect([wantedTools.value.size, toolMissing.value]).toEqual([0, true]);
  toggleTool('measure');
  expect([tool.value, ...wantedTools.value]).toEqual([null, 'measure']);
  toggleTool('measure');
  expect(toolMissing.value).toBe(true);
  come('measure');
  expect([toolMissing.value, missingTools.value.size, tool.value]).toEqual([false, 0, 'measure']);
  tool.value = null;
});
