// Programming of a renewal (更新策划): three lists and the tasks that follow from them. Which page is seen follows the
// address; those who may not read them see that, and why.
import { later } from '../../panels/later';
import { account, signedIn } from '../../state/account';
import { route, type Section } from '../../state/renewal/route';
import { Head, SignInHint } from '../parts';
import { words } from '../words';
import { Needs } from './Needs';
import { Resources } from './Resources';
import { Tasks } from './Tasks';
import { may } from './parts';
import { texts } from './words';

const Generate = later<object>(() => import('./Generate').then((page) => page.Generate));
const Problems = later<object>(() => import('./Problems').then((page) => page.Problems));
const Resource = later<{ id: number }>(() => import('./Resource').then((page) => page.Resource));
const ResourceForm = later<{ id: number | null }>(() => import('./ResourceForm').then((page) => page.ResourceForm));
const Need = later<{ id: number }>(() => import('./Need').then((page) => page.Need));
const NeedForm = later<{ id: number | null }>(() => import('./NeedForm').then((page) => page.NeedForm));
const Task = later<{ id: number }>(() => import('./Task').then((page) => page.Task));
const TaskForm = later<{ id: number | null }>(() => import('./TaskForm').then((page) => page.TaskForm));

/** The pages of each list: all of it, one, and its form. */
const LISTS = {
  programming: [Tasks, Task, TaskForm],
  'programming/resources': [Resources, Resource, ResourceForm],
  'programming/needs': [Needs, Need, NeedForm],
} as const;

const isList = (section: Section): section is keyof typeof LISTS => Object.hasOwn(LISTS, section);

export function Programming() {
  const { section, id, part } = route.value;
  if (account.value && !may('read_programming')) return <NotForYou />;
  if (section === 'programming/problems') return <Problems />;
  if (section === 'programming/generate') return <Generate />;
  const [All, One, Form] = LISTS[isList(section) ? section : 'programming'];
  if (id === null) return <All />;
  if (id === 'new') return <Form key="new" id={null} />;
  return part === 'edit' ? <Form key={id} id={id} /> : <One key={id} id={id} />;
}

function NotForYou() {
  return (
    <>
      <Head title={words.value.programming} under={texts.value.note} />
      <SignInHint />
      {signedIn.value && <p class="n-empty">{texts.value.denied}</p>}
    </>
  );
}
