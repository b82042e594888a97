// Texts about signing in, in both languages, apart from the others: fetched with the panel that shows them.
//
// In: a language. Out: texts.
import type { Language } from './words';

const zh = {
  signInWith: (provider: string) => `用${provider}登录`,
  signInFailed: {
    expired: '登录等待太久，或不是从本页开始的，请重新登录。',
    cancelled: '登录已取消。',
    too_many_attempts: '尝试次数太多，请几分钟后再试。',
    provider_unavailable: '单位的统一登录暂时没有响应，请稍后再试，或用用户名和密码登录。',
    not_proven: '单位的统一登录没有给出可信的证明，请重新登录；仍不行请联系管理员。',
    no_name: '单位账号没有可用的用户名，请联系管理员。',
    name_taken: '这个用户名已有人用密码登录，请联系管理员。',
    unknown_user: '管理员还没有为您添加账号。',
    no_role: '您的单位账号在这个社区没有角色，请联系管理员。',
    disabled: '这个账号已停用，请联系管理员。',
    first_user: '第一个登录的人须是整个社区的管理员。',
  },
  signOut: '退出登录',
  account: '账号',
  userName: '用户名',
  password: '密码',
  choosePassword: '设置密码',
  newPassword: '新密码，至少 10 个字符',
  setPassword: '设置并登录',
  invited: '您已受邀使用本社区的三维平台。请设置密码，邀请随即失效。',
  wholeCommunity: '整个社区',
  roles: {
    resident: '居民', grid_worker: '网格员', community: '社区', property: '物业', community_planner: '社区规划师',
    company: '相关公司', upper_unit: '上级单位', administrator: '系统管理员', device: '设备',
  },
  waitSeconds: (seconds: number) => `尝试太多，请 ${seconds} 秒后再试。`,
  accountProblems: {
    sign_in_failed: '用户名或密码不对。',
    password_length: '密码至少 10 个字符，最多 256 字节。',
    password_easy: '这个密码太容易猜到，请换一个。',
    unknown_invitation: '邀请已用过或已过期，请联系管理员重新邀请。',
  },
  accountFault: '没有成功，请稍后再试；仍不行请联系管理员。',
};

export type AccountDictionary = typeof zh;

const en: AccountDictionary = {
  signInWith: (provider) => `Sign in with ${provider}`,
  signInFailed: {
    expired: 'Signing in took too long, or did not begin on this page. Sign in again.',
    cancelled: 'Signing in was cancelled.',
    too_many_attempts: 'Too many attempts. Try again in a few minutes.',
    provider_unavailable: 'The sign-in of your organisation does not answer. Try again later, or use name and password.',
    not_proven: 'The sign-in of your organisation gave no proof that holds. Sign in again; if that fails, ask the administrator.',
    no_name: 'Your account there has no user name that can be used here. Ask the administrator.',
    name_taken: 'Someone who signs in with a password has this user name. Ask the administrator.',
    unknown_user: 'The administrator has not added an account for you yet.',
    no_role: 'Your account there has no role in this community. Ask the administrator.',
    disabled: 'This account is disabled. Ask the administrator.',
    first_user: 'The first to sign in must be an administrator of the whole community.',
  },
  signOut: 'Sign out',
  account: 'Account',
  userName: 'User name',
  password: 'Password',
  choosePassword: 'Choose a password',
  newPassword: 'New password, 10 characters or more',
  setPassword: 'Set it and sign in',
  invited: 'You are invited to this community’s twin. Choose a password; the invitation then ends.',
  wholeCommunity: 'the whole community',
  roles: {
    resident: 'Resident', grid_worker: 'Grid worker', community: 'Community', property: 'Property',
    community_planner: 'Community planner', company: 'Company', upper_unit: 'Upper unit', administrator: 'Administrator', device: 'Device',
  },
  waitSeconds: (seconds) => `Too many attempts. Try again in ${seconds} s.`,
  accountProblems: {
    sign_in_failed: 'Name and password do not match.',
    password_length: 'A password has at least 10 characters and at most 256 bytes.',
    password_easy: 'This password is too easy to guess. Choose another.',
    unknown_invitation: 'The invitation was used or has ended. Ask the administrator for a new one.',
  },
  accountFault: 'It did not work. Try again later, or ask the administrator.',
};

const DICTIONARIES: Readonly<Record<Language, AccountDictionary>> = { zh, en };

export const accountTexts = (language: Language): AccountDictionary => DICTIONARIES[language];
