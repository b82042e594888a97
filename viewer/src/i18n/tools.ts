// Names of the tools, in both languages; fetched with their bar. A tool's own texts are in a module of
// its own beside this one.
import type { Language } from './words';

export type ToolName = 'desk' | 'layers' | 'measure' | 'section' | 'draw' | 'colour' | 'compare' | 'time' | 'sun' | 'walk' | 'table' | 'snapshot';

interface Texts {
  readonly tools: string;
  readonly names: Readonly<Record<ToolName, string>>;
  readonly missing: string;
  /** The pages of those who work on renewal. */
  readonly renewal: string;
}

const zh: Texts = {
  tools: '工具',
  names: {
    desk: '居民上报', layers: '图层', measure: '量测', section: '剖切', draw: '绘制区域', colour: '按属性着色', compare: '对比', time: '时间', sun: '日照',
    walk: '步行', table: '视野内对象', snapshot: '截图',
  },
  missing: '这个工具没有加载成功，请检查网络后再点一次。',
  renewal: '更新工作台：体检与项目',
};

const en: Texts = {
  tools: 'Tools',
  names: {
    desk: 'Reports of residents', layers: 'Layers', measure: 'Measure', section: 'Section', draw: 'Draw an area', colour: 'Colour by property', compare: 'Compare', time: 'Time', sun: 'Sunlight',
    walk: 'Walk', table: 'Objects in view', snapshot: 'Picture',
  },
  missing: 'This tool could not be loaded. Check the network and press it again.',
  renewal: 'Renewal: check-ups and projects',
};

export const toolTexts = (language: Language): Texts => (language === 'zh' ? zh : en);
