// Texts of walking, in both languages; fetched with it.
//
// In: a language. Out: texts.
import type { HelpRow } from './help';
import type { Language } from './words';

const zh = {
  about: '以行人的视高（1.65 米）走在社区里，墙和围栏会挡住去路。',
  keys: 'W A S D 或方向键行走，按住 Shift 快走；拖动或按 Q、E 转头；点击地面走到那里。',
  touch: '用左下角的摇杆行走，拖动画面转头，点一下地面走到那里。',
  stick: '行走摇杆',
  end: '回到刚才的视角',
  begin: '从这里开始走',
  missing: '画面中间没有可以站的地面。移动画面，让地面在中间，再试一次。',
  help: [['W A S D', '行走（步行时）'], ['Q　E', '转头（步行时）'], ['Shift', '快走（步行时）']],
};

type Dictionary = typeof zh;

const en: Dictionary = {
  about: 'You walk at the height of your eyes (1.65 m); walls and fences stop you.',
  keys: 'W A S D or arrow keys walk, with Shift faster; drag, or Q and E, to look around; press the ground to stand there.',
  touch: 'Walk with the stick at the bottom left, drag the picture to look around, press the ground to stand there.',
  stick: 'Stick to walk with',
  end: 'Back to where you were',
  begin: 'Walk from here',
  missing: 'There is no ground to stand on in the middle of the picture. Move the picture and try again.',
  help: [['W A S D', 'Walk (while walking)'], ['Q  E', 'Turn (while walking)'], ['Shift', 'Faster (while walking)']],
};

export const walkTexts = (language: Language): Dictionary => (language === 'zh' ? zh : en);

export const helpRows = (language: Language): readonly HelpRow[] => walkTexts(language).help.map(([what = '', does = '']) => [what, does]);
