// Words for what can be said of devices, buildings and elements, in both languages.
//
// In: a language. Out: texts. Fetched with the tools that show them.
import type { Language } from './words';

const zh = {
  classes: { device: '设备', building: '楼栋', element: '构件' },
  keys: {
    name: '名称', id: '编号', kind: '类型', status: '状态', zone: '组团', class: '类别', storey: '楼层', type: '型号', material: '材料', part: '部位', model: '模型',
    height: '高度', distance: '距离', 'property:storeys': '层数', 'property:height_m': '高度', 'property:ground_m': '地面高程',
  } as Readonly<Record<string, string>>,
  parts: { exterior: '外部', interior: '内部', space: '空间' } as Readonly<Record<string, string>>,
  noModel: '没有显示建筑模型，所以没有构件。在“模型”中显示一个模型后再看。',
  elementsFailed: '构件没有查到，请检查网络后再试。',
  again: '再试一次',
};

export type ThingDictionary = typeof zh;

const en: ThingDictionary = {
  classes: { device: 'Devices', building: 'Buildings', element: 'Elements' },
  keys: {
    name: 'Name', id: 'Id', kind: 'Kind', status: 'State', zone: 'Zone', class: 'Class', storey: 'Storey', type: 'Type', material: 'Material', part: 'Part', model: 'Model',
    height: 'Height', distance: 'Distance', 'property:storeys': 'Storeys', 'property:height_m': 'Height', 'property:ground_m': 'Ground height',
  },
  parts: { exterior: 'exterior', interior: 'interior', space: 'space' },
  noModel: 'No building model is shown, so there are no elements. Show one under Models first.',
  elementsFailed: 'The elements could not be looked up. Check the network and try again.',
  again: 'Try again',
};

export const thingTexts = (language: Language): ThingDictionary => (language === 'zh' ? zh : en);
