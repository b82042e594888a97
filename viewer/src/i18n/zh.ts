// Chinese texts of the interface. This file is the list of all texts: `en.ts` must have the same
// keys with the same parameters, or the build fails. Figures and units are set apart by a thin space.
import type { ApiStatus } from './words';

/** Measure words by kind of device; others are counted by 个. */
const MEASURE: Readonly<Record<string, string>> = {
  street_lamp: '盏', camera: '台', lift: '部', water_meter: '块', electricity_meter: '块', charger: '台',
};

const STATUS: Readonly<Record<ApiStatus, string>> = {
  normal: '正常', notice: '关注', offline: '离线', warning: '预警', alarm: '告警',
};

export const zh = {
  language: '中文',
  otherLanguage: 'English',
  switchLanguage: '切换语言：English',
  theme: { auto: '外观：跟随系统', light: '外观：浅色', dark: '外观：深色' },
  skipToList: '跳到设备列表',
  sceneLabel: '社区三维实景。方向键移动，加减号缩放，Q、E 旋转；所有设备和楼栋也在列表中。',

  status: STATUS,
  nOfKind: (n: number, kindId: string, kindName: string, status: ApiStatus) =>
    `${n} ${MEASURE[kindId] ?? '个'}${kindName}${STATUS[status]}`,
  allNormal: (n: number) => `${n} 台设备全部正常`,
  more: (n: number) => `另有 ${n} 项`,
  separator: '，',

  devices: '设备',
  alarms: '告警',
  noAlarms: '没有未结束的告警。',
  acknowledged: '已确认',
  alarmLevel: { notice: '关注', warning: '预警', alarm: '告警', emergency: '紧急' },
  buildings: '楼栋',
  models: '模型',
  element: '模型构件',
  search: '搜索全社区',
  clearSearch: '清除搜索',
  allKinds: '全部种类',
  kind: '种类',
  filterByStatus: '按状态筛选',
  shownOf: (shown: number, all: number) => (shown === all ? `共 ${all} 项` : `${shown} / ${all} 项`),
  waitingForDevices: '正在等待服务器的设备数据…',
  noDevices: '还没有设备。登记后，它们会出现在这里和实景中。',
  noMatch: '没有符合条件的项目。',
  showAll: '显示全部',
  noBuildings: '还没有楼栋。构建时提供建筑轮廓后，楼栋会列在这里。',
  openList: '打开列表',
  closeList: '收起列表',

  close: '关闭',
  back: '返回列表',
  flyTo: '飞到这里',
  hide: '隐藏楼栋',
  show: '显示楼栋',
  hiddenNote: '已隐藏',
  asModel: '以模型显示',
  showHidden: (n: number) => `显示已隐藏的 ${n} 栋楼`,
  device: '设备',
  building: '楼栋',
  ground: '地点',
  yes: '是',
  no: '否',
  where: '位置',
  zone: '组团',
  none: '无',
  storeys: '层数',
  height: '高度',
  east: '东',
  north: '北',
  up: '高',
  longitude: '经度',
  latitude: '纬度',
  identifier: '编号',
  properties: '属性',
  /** Common properties of buildings; others are shown as the source names them. */
  propertyNames: {
    has_lift: '电梯', households: '户数', units: '单元数', use: '用途', year_built: '建成年份', renewal: '更新内容',
    parking_places: '停车泊位', charging_points: '充电桩', structure: '结构', address: '地址', area_m2: '面积（m²）', basement: '地下室', owner: '产权单位', manager: '物业',
  },
  propertyValues: {
    residential: '住宅', retail: '商业', service: '公共服务', office: '办公', school: '学校', mixed: '混合',
    insulation: '外墙保温', lift: '加装电梯', true: '有', false: '无',
  },
  looking: '正在查询…',

  live: '实时',
  backToLive: '回到实时',
  connecting: '正在连接',
  reconnecting: '正在重连',
  staleSince: (time: string) => `数据停在 ${time}`,

  loadingPlace: '正在打开社区…',
  loadingTiles: (done: number, total: number) => `正在加载实景：${done} / ${total} 块`,
  sharpening: (left: number) => `正在变清晰，还有 ${left} 块`,
  tilesFailed: (n: number) => `${n} 块实景没有加载成功，正在自动重试。其余部分可以照常使用。`,
  unreachableTitle: '连不上服务器',
  unreachable: '服务器没有回应。请检查网络，或请管理员确认服务已启动。',
  noPublicationTitle: '还没有发布内容',
  noPublication: '服务器已启动，但还没有可以打开的社区。用 tile-builder 构建并发布后，这里会自动打开。',
  noWebglTitle: '这个浏览器不能显示三维实景',
  noWebgl: '实景需要 WebGL 2。请更新浏览器，或在设置中开启硬件加速。设备列表仍可使用。',
  contextLost: '浏览器收回了显存，正在恢复。若长时间不恢复，请刷新页面。',
  faultTitle: '打开时出错',
  fault: '服务器的回答无法理解。请把下面的信息告诉管理员。',
  retryIn: (seconds: number) => `${seconds} 秒后自动重试`,
  retrying: '正在重试…',
  retryNow: '立即重试',
  kept: '已有的画面和数据保留在屏幕上。',

  signIn: '登录',
  signedInAs: (name: string) => `已登录：${name}`,
  deniedTitle: '请先登录',
  denied: '这个社区的数据只对登录用户开放。',

  compass: (degrees: number) => `视线朝 ${degrees}°，点按回到正北`,
  zoomIn: '放大',
  zoomOut: '缩小',
  home: '回到全景',
  help: '操作帮助',
  scale: '比例尺',
  sheetHandle: '拉起或收起面板',
  hint: '拖动平移，右键拖动旋转，滚轮缩放，双击前往',
  hintTouch: '单指平移，双指旋转和缩放，双击前往',
};

/** The shape that every language must fill. */
export type Dictionary = typeof zh;
