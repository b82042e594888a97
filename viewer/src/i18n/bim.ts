// Texts about building models, in both languages, apart from the others: fetched with the panels that
// show them.
//
// In: a language. Out: texts, and words for the classes of the standard (ISO 16739-1, IFC).
import type { Language } from './words';

const zh = {
  state: { existing: '现状', proposed: '规划' },
  show: '显示模型',
  hide: '隐藏模型',
  /** Without names where the model goes by the building's. */
  replaces: (names: string) => (names === '' ? '代替实景' : `代替实景中的“${names}”`),
  instead: (names: string) => (names === '' ? '显示时代替实景' : `显示时代替实景中的“${names}”`),
  spaces: '空间',
  showSpaces: '显示空间',
  hideSpaces: '隐藏空间',
  storeys: '楼层',
  isolate: (name: string) => `只看${name}`,
  isolated: '只看此层',
  allStoreys: '显示全部楼层',
  noStoreys: '这个模型没有楼层。',
  structureFailed: '楼层没有查到，稍后会自动重试。',
  sorting: '正在整理楼层…',
  sortingFailed: '楼层与构件的对应关系没有查到，请再试一次。',
  missing: '显示模型的程序没有加载成功，请刷新页面。',
  storeyAlone: '只看本层',
  boundTo: '所属构件',

  class: '类别',
  storey: '楼层',
  type: '类型',
  model: '模型',
  tag: '标记',
  part: { exterior: '外部', interior: '内部', space: '空间' },
  partName: '部位',
  attributes: '特性',
  attributeNames: {
    Description: '描述', ObjectType: '对象类型', Tag: '标记', LongName: '全名', PredefinedType: '预定义类型', OverallHeight: '总高',
    OverallWidth: '总宽', CompositionType: '组成方式', InteriorOrExteriorSpace: '内外', NumberOfRiser: '踏步数', NumberOfTreads: '踏面数',
    RiserHeight: '踏步高', TreadLength: '踏面宽', ShapeType: '形状', RefElevation: '参照标高', ElevationWithFlooring: '完成面标高',
    ElevationOfRefHeight: '基准标高', ElevationOfTerrain: '地面标高',
  } as Readonly<Record<string, string>>,
  materials: '材料',
  classifications: '分类',
  sets: (n: number) => `属性集（${n}）`,
  noSets: '这个构件没有属性集。',
  noValues: '没有内容',
  copy: '复制',
  copied: '已复制',
  copyFailed: '浏览器不允许复制',
  copySet: (name: string) => `复制属性集 ${name}`,
  copyId: '复制 GlobalId',
  yes: '是',
  no: '否',
  unnamed: '未命名',
};

export type BimDictionary = typeof zh;

const en: BimDictionary = {
  state: { existing: 'Existing', proposed: 'Planned' },
  show: 'Show model',
  hide: 'Hide model',
  replaces: (names) => (names === '' ? 'in place of the survey' : `in place of ${names} in the survey`),
  instead: (names) => (names === '' ? 'takes the place of the survey when shown' : `takes the place of ${names} when shown`),
  spaces: 'Spaces',
  showSpaces: 'Show spaces',
  hideSpaces: 'Hide spaces',
  storeys: 'Storeys',
  isolate: (name) => `Show ${name} alone`,
  isolated: 'shown alone',
  allStoreys: 'Show all storeys',
  noStoreys: 'This model has no storeys.',
  structureFailed: 'The storeys could not be looked up; trying again.',
  sorting: 'Sorting elements by storey…',
  sortingFailed: 'It could not be looked up which element is on which storey. Try once more.',
  missing: 'What draws models could not be loaded. Reload the page.',
  storeyAlone: 'This storey alone',
  boundTo: 'Part of',

  class: 'Class',
  storey: 'Storey',
  type: 'Type',
  model: 'Model',
  tag: 'Tag',
  part: { exterior: 'exterior', interior: 'interior', space: 'space' },
  partName: 'Part',
  attributes: 'Attributes',
  attributeNames: {
    ObjectType: 'Object type', LongName: 'Long name', PredefinedType: 'Predefined type', OverallHeight: 'Overall height', OverallWidth: 'Overall width',
    CompositionType: 'Composition', InteriorOrExteriorSpace: 'Inside or outside', NumberOfRiser: 'Risers', NumberOfTreads: 'Treads',
    RiserHeight: 'Riser height', TreadLength: 'Tread length', ShapeType: 'Shape', RefElevation: 'Reference elevation',
    ElevationWithFlooring: 'Elevation with flooring', ElevationOfRefHeight: 'Datum elevation', ElevationOfTerrain: 'Terrain elevation',
  },
  materials: 'Materials',
  classifications: 'Classification',
  sets: (n) => `Property sets (${n})`,
  noSets: 'This element has no property sets.',
  noValues: 'empty',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'The browser does not allow copying',
  copySet: (name) => `Copy property set ${name}`,
  copyId: 'Copy GlobalId',
  yes: 'yes',
  no: 'no',
  unnamed: 'Unnamed',
};

const DICTIONARIES: Readonly<Record<Language, BimDictionary>> = { zh, en };

export const bimTexts = (language: Language): BimDictionary => DICTIONARIES[language];

/** Classes by their words without `Ifc`; what is added to a word, such as `StandardCase`, follows in `VARIANTS`. */
const CLASSES: Readonly<Record<string, string>> = {
  Project: '项目', Site: '场地', Building: '建筑', BuildingStorey: '楼层', Space: '空间', SpatialZone: '空间分区', Zone: '分区',
  Wall: '墙', CurtainWall: '幕墙', Slab: '楼板', Roof: '屋顶', Door: '门', Window: '窗', Stair: '楼梯', StairFlight: '梯段', Ramp: '坡道',
  RampFlight: '坡段', Railing: '栏杆', Column: '柱', Beam: '梁', Member: '构件杆', Plate: '板件', Covering: '饰面', Footing: '基础', Pile: '桩',
  Chimney: '烟囱', ShadingDevice: '遮阳', BuildingElementProxy: '其他构件', BuildingElementPart: '构件部分', ElementAssembly: '组合构件',
  DiscreteAccessory: '零配件', MechanicalFastener: '机械紧固件', Fastener: '紧固件', ReinforcingBar: '钢筋', ReinforcingMesh: '钢筋网',
  Tendon: '预应力筋', OpeningElement: '洞口', VirtualElement: '虚拟构件', FurnishingElement: '家具', Furniture: '家具', SystemFurnitureElement: '系统家具',
  TransportElement: '运输设备', FlowTerminal: '末端设备', FlowSegment: '管段', FlowFitting: '管件', FlowController: '控制件', FlowMovingDevice: '流体机械',
  FlowStorageDevice: '储存设备', FlowTreatmentDevice: '处理设备', EnergyConversionDevice: '能量转换设备', DistributionControlElement: '控制元件',
  DistributionElement: '分配元件', DistributionFlowElement: '流体分配元件', DistributionPort: '接口', PipeSegment: '水管', PipeFitting: '水管件', DuctSegment: '风管', DuctFitting: '风管件',
  CableSegment: '电缆', CableCarrierSegment: '桥架', CableCarrierFitting: '桥架配件', LightFixture: '灯具', SanitaryTerminal: '卫生洁具', Outlet: '插座', SwitchingDevice: '开关',
  Sensor: '传感器', Alarm: '报警器', Actuator: '执行器', Controller: '控制器', Pump: '水泵', Valve: '阀门', Fan: '风机', Boiler: '锅炉', Tank: '水箱',
  AirTerminal: '风口', FireSuppressionTerminal: '消防末端', ElectricAppliance: '电器', ElectricDistributionBoard: '配电箱', SolarDevice: '太阳能设备', SpaceHeater: '散热器',
  GeographicElement: '地理要素', CivilElement: '土木构件', Bridge: '桥梁', BridgePart: '桥梁部分', Road: '道路', RoadPart: '道路部分', Railway: '铁路', Rail: '钢轨',
  Course: '铺层', Pavement: '路面', Kerb: '路缘石', Bearing: '支座', EarthworksFill: '填方', EarthworksCut: '挖方', Annotation: '注释', Grid: '轴网',
};

const VARIANTS = /(?:StandardCase|ElementedCase)$/;

/** The word for a class of the standard; in English, and for those without a word, its name spelled apart. */
export function className(ifcClass: string, language: Language): string {
  const bare = ifcClass.replace(/^Ifc/, '').replace(VARIANTS, '');
  const word = language === 'zh' ? CLASSES[bare] : undefined;
  if (word !== undefined) return word;
  const apart = bare.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return language === 'zh' ? bare : apart.charAt(0).toUpperCase() + apart.slice(1);
}
