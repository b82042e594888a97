// What residents read when they sign in and when they look after their number, in both languages, beside what all
// read who sign in (`account.ts`). Fetched with the pages that show it.
import { accountTexts, type AccountDictionary } from './account';
import type { Language } from './words';

const zh = {
  phone: '手机号',
  phoneHint: '我们会向这个手机号发送一条短信验证码。',
  sendCode: '获取验证码',
  sending: '请稍候…',
  code: '短信验证码，6 位数字',
  codeSent: (phone: string) => `如果 ${phone} 可以登录，验证码已经发出，5 分钟内有效。`,
  codeSentToAttach: (phone: string) => `验证码已发到 ${phone}，5 分钟内有效。`,
  again: '重新获取验证码',
  againIn: (seconds: number) => `${seconds} 秒后可以重新获取`,
  otherNumber: '换一个手机号',
  withPhone: '用手机号登录',
  withPassword: '用用户名和密码登录',
  otherWays: '其他登录方式',
  ownPhone: '我的手机号',
  noPhone: '还没有绑定手机号。',
  attach: '绑定手机号',
  replace: '更换手机号',
  confirmNumber: '确认绑定',
  remove: '删除手机号',
  removeHint: '删除后不能再用它登录；如果您没有设置密码，请先请社区发给您邀请。确定删除吗？',
  removed: '手机号已删除。',
  attached: '手机号已绑定。',
  keep: '不删除',
  phoneProblems: {
    bad_phone: '手机号不对，请写 11 位数字；国外号码请加 + 和国家代码。',
    code_failed: '验证码不对或已失效，请核对，或重新获取。',
    wrong_code: '验证码不对或已失效，请核对，或重新获取。',
    phone_taken: '这个手机号已绑定在另一个账号上，请联系社区。',
    contacts_not_set_up: '本社区暂不能用手机号登录。',
  },
  codeWait: (seconds: number) => `请 ${seconds} 秒后再试。`,
};

export type SignInTexts = typeof zh & AccountDictionary;

const en: typeof zh = {
  phone: 'Mobile number',
  phoneHint: 'We send a text message with a code to this number.',
  sendCode: 'Send me a code',
  sending: 'One moment…',
  code: 'Code from the message, 6 digits',
  codeSent: (phone) => `If ${phone} can sign in, a code is on its way. It holds for 5 minutes.`,
  codeSentToAttach: (phone) => `A code is on its way to ${phone}. It holds for 5 minutes.`,
  again: 'Send another code',
  againIn: (seconds) => `Another code in ${seconds}\u202fs`,
  otherNumber: 'Another number',
  withPhone: 'Sign in with a mobile number',
  withPassword: 'Sign in with user name and password',
  otherWays: 'Other ways to sign in',
  ownPhone: 'My mobile number',
  noPhone: 'No number is attached yet.',
  attach: 'Attach a number',
  replace: 'Use another number',
  confirmNumber: 'Attach it',
  remove: 'Delete my number',
  removeHint: 'You cannot sign in with it any more then; without a password, ask the community for an invitation first. Delete it?',
  removed: 'Your number is deleted.',
  attached: 'Your number is attached.',
  keep: 'Keep it',
  phoneProblems: {
    bad_phone: 'This is no mobile number: write 11 digits, or + and the code of another country first.',
    code_failed: 'The code is wrong or holds no more. Check it, or have another one sent.',
    wrong_code: 'The code is wrong or holds no more. Check it, or have another one sent.',
    phone_taken: 'This number is attached to another account. Ask the community.',
    contacts_not_set_up: 'One cannot sign in with a number in this community yet.',
  },
  codeWait: (seconds) => `Try again in ${seconds}\u202fs.`,
};

export const signInTexts = (language: Language): SignInTexts => ({ ...accountTexts(language), ...(language === 'en' ? en : zh) });
