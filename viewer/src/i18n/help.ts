// Texts of the help sheet, in both languages; fetched with it. What a tool adds is in its own texts.
import type { Language } from './words';

/** A gesture or key, and what it does. */
export type HelpRow = readonly [string, string];

const zh = {
  helpMouse: '鼠标',
  helpTouch: '触摸',
  helpKeys: '键盘',
  helpRows: {
    mouse: [['左键拖动', '平移'], ['右键拖动，或 Ctrl＋拖动', '绕光标处旋转'], ['滚轮', '向光标处缩放'], ['单击', '看设备、楼栋或地点'], ['双击', '前往']],
    touch: [['单指拖动', '平移'], ['双指捏合', '缩放'], ['双指转动', '旋转'], ['双指上下', '俯仰'], ['双击', '前往']],
    keys: [['← ↑ → ↓', '平移'], ['＋　－', '缩放'], ['Q　E', '旋转'], ['Home', '全景'], ['N', '正北朝上'], ['F', '看选中的对象'], ['H', '隐藏或显示楼栋'], ['I', '只看选中构件的楼层'], ['X', '剖切模型'], ['/', '搜索'], ['Esc', '关闭'], ['?', '本帮助']],
  } satisfies Record<string, [string, string][]>,
};

export type HelpDictionary = typeof zh;

const en: HelpDictionary = {
  helpMouse: 'Mouse',
  helpTouch: 'Touch',
  helpKeys: 'Keyboard',
  helpRows: {
    mouse: [['Left drag', 'Move'], ['Right drag, or Ctrl + drag', 'Rotate about the cursor'], ['Wheel', 'Zoom to the cursor'], ['Click', 'Read a device, building or place'], ['Double-click', 'Go there']],
    touch: [['One finger', 'Move'], ['Pinch', 'Zoom'], ['Twist two fingers', 'Rotate'], ['Two fingers up or down', 'Tilt'], ['Double-tap', 'Go there']],
    keys: [['← ↑ → ↓', 'Move'], ['+  −', 'Zoom'], ['Q  E', 'Rotate'], ['Home', 'Show everything'], ['N', 'North up'], ['F', 'Look at the selection'], ['H', 'Hide or show the building'], ['I', 'The selection’s storey alone'], ['X', 'Cut through models'], ['/', 'Search'], ['Esc', 'Close'], ['?', 'This help']],
  },
};

export const helpTexts = (language: Language): HelpDictionary => (language === 'zh' ? zh : en);
