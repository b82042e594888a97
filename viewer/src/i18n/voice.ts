// What people read where something is said in one's own voice, in both languages.
import type { Language } from './words';

const zh = {
  voice: '语音',
  ofLength: (length: string) => `语音，${length}`,
  /** A report that was only spoken says this to those who cannot hear it. */
  spokenOnly: (length: string) => `（语音说明，${length}）`,
  seconds: (s: number) => (s < 60 ? `${s} 秒` : s % 60 === 0 ? `${s / 60} 分钟` : `${Math.floor(s / 60)} 分 ${s % 60} 秒`),
  play: (length: string) => `播放语音，${length}`,
  cannotPlay: '这里播放不了这段语音。',
  download: '下载后播放',
  hint: '不方便打字？按住说话，或点一下开始、再点一下结束。',
  speak: '按住说话',
  asking: '请允许使用麦克风…',
  recording: '正在录音',
  release: '松开结束',
  tapToEnd: '点一下结束',
  left: (s: number) => `还可以说 ${s} 秒`,
  began: '开始录音',
  ended: (length: string) => `录好了，${length}。可以先听一遍。`,
  endedAtLimit: (length: string) => `已到 ${length}，录音停止。`,
  again: '重录',
  remove: '删除',
  removed: '语音已删除',
  file: '选择录音文件',
  sending: '正在上传…',
  oneAtATime: '一次只能有一段语音。请等录音或上传结束，再选择文件。',
  tooShort: '太短了，没有录上。请按住多说一会儿。',
  denied: '没有得到麦克风的许可。请在浏览器的网站设置里允许使用麦克风，再试一次；也可以用手机的录音机录好，在这里选择文件。',
  absent: '没有找到麦克风。请接上麦克风再试；也可以选择录好的文件。',
  busy: '麦克风正被别的应用占用。请关掉后再试；也可以选择录好的文件。',
  unable: '这个浏览器不能直接录音。请用手机的录音机录好，在这里选择文件。',
  refused: '这段录音用不了：',
  tooLarge: '文件太大，请选择 2 MB 以内、2 分钟以内的录音。',
};

export type VoiceTexts = typeof zh;

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

const en: VoiceTexts = {
  voice: 'Voice',
  ofLength: (length) => `Voice, ${length}`,
  spokenOnly: (length) => `(said by voice, ${length})`,
  seconds: (s) => (s < 60 ? count(s, 'second') : s % 60 === 0 ? count(s / 60, 'minute') : `${Math.floor(s / 60)} min ${s % 60} s`),
  play: (length) => `Play the voice, ${length}`,
  cannotPlay: 'This voice cannot be played here.',
  download: 'Download it',
  hint: 'Hard to type? Hold the button and speak, or tap once to begin and once to end.',
  speak: 'Hold to speak',
  asking: 'Please allow the microphone…',
  recording: 'Recording',
  release: 'release to end',
  tapToEnd: 'tap to end',
  left: (s) => `${count(s, 'second')} left`,
  began: 'Recording has begun',
  ended: (length) => `Recorded, ${length}. You can listen to it first.`,
  endedAtLimit: (length) => `The recording has ended at ${length}.`,
  again: 'Record again',
  remove: 'Delete',
  removed: 'The voice is deleted',
  file: 'Choose a recording',
  sending: 'Uploading…',
  oneAtATime: 'One voice at a time: choose the file when the recording or the upload has ended.',
  tooShort: 'That was too short: hold the button a little longer.',
  denied: 'The microphone is not allowed. Allow it in the browser’s settings of this site and try again; or record with the phone’s recorder, and choose the file here.',
  absent: 'No microphone was found. Connect one and try again, or choose a recording.',
  busy: 'Another application uses the microphone. Close that and try again, or choose a recording.',
  unable: 'This browser cannot record. Record with the phone’s recorder, and choose the file here.',
  refused: 'This recording cannot be used: ',
  tooLarge: 'The file is too large: choose one of at most 2 MB and 2 minutes.',
};

const TEXTS: Readonly<Record<Language, VoiceTexts>> = { zh, en };

export const voiceTexts = (language: Language): VoiceTexts => TEXTS[language];

/** How long a voice is, as people say it; never nothing. */
export const lengthOf = (ms: number, language: Language): string => voiceTexts(language).seconds(Math.max(1, Math.round(ms / 1000)));
