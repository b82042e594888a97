// Departments of a project: which were asked, what each wrote; asking more, and recording what came in writing.
import { useSignal } from '@preact/signals';
import { askDepartments, recordDepartment, type Department, type Stance } from '../../api/project-work';
import { onEscape } from '../../panels/rows';
import { Failed } from '../parts';
import { words } from '../words';
import { Area, lengthOf, Pick, TEXT_MOST } from './fields';
import type { Shown } from './Project';
import { useWork } from './useWork';
import { dayOfInstant, workWords } from './words';

const STANCE_MARK: Readonly<Record<Stance, string>> = { agrees: 'normal', conditional: 'warning', objects: 'alarm' };

export function Departments(shown: Shown) {
  const t = workWords.value;
  const { project, may } = shown.detail;
  const departments = project.departments ?? [];
  const writing = useSignal<'ask' | 'record' | null>(null);
  const close = (): void => void (writing.value = null);
  const hears = may.includes('hear');
  return (
    <section class="n-card">
      <h2>{t.departments}</h2>
      {departments.length === 0 ? <p class="n-note">{t.noDepartments}</p> : (
        <ul class="p-said">
          {departments.map((department) => (
            <One key={department.name} department={department} plan={project.plan_number} />
          ))}
        </ul>
      )}
      {hears && writing.value === null && (
        <div class="p-deeds">
          <button class="button quiet" type="button" onClick={() => (writing.value = 'ask')}>
            {t.askDepartments}
          </button>
          {departments.length > 0 && (
            <button class="button quiet" type="button" onClick={() => (writing.value = 'record')}>
              {t.recordWord}
            </button>
          )}
        </div>
      )}
      {hears && writing.value === 'ask' && <Ask {...shown} close={close} />}
      {hears && writing.value === 'record' && <Record {...shown} close={close} />}
    </section>
  );
}

function One({ department: { name, asked_at, opinion }, plan }: { department: Department; plan: number }) {
  const t = workWords.value;
  return (
    <li data-department={name}>
      <b>{name}</b>{' '}
      {opinion ? (
        <span class="n-mark" data-stance={STANCE_MARK[opinion.stance]}>
          {t.stances[opinion.stance]}
        </span>
      ) : (
        <span class="p-open">{t.awaited}</span>
      )}
      <small class="p-under">
        {opinion ? dayOfInstant(opinion.at) : t.askedAt(dayOfInstant(asked_at))}
        {opinion && opinion.plan_number !== plan && ` · ${t.forOldPlan}`}
      </small>
      {opinion && <p class="p-words">{opinion.text}</p>}
    </li>
  );
}

function Ask({ close, ...shown }: Shown & { close: () => void }) {
  const t = workWords.value;
  const text = useSignal('');
  const { busy, why, work } = useWork(shown);
  const names = [...new Set(text.value.split('\n').map((name) => name.trim()).filter((name) => name !== ''))];
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await work(() => askDepartments(shown.detail.project.id, names))) close();
  };
  return (
    <form class="n-form p-deed" onSubmit={(event) => void send(event)} onKeyDown={onEscape(close)}>
      <Area label={t.departmentName} value={text.value} write={(value) => (text.value = value)} rows={3} />
      <Failed why={why} />
      <Buttons label={t.askDepartments} blocked={busy || names.length === 0} close={close} />
    </form>
  );
}

function Record({ close, ...shown }: Shown & { close: () => void }) {
  const t = workWords.value;
  const { project } = shown.detail;
  const departments = project.departments ?? [];
  // What is waited for comes first.
  const first = (departments.find(({ opinion }) => !opinion) ?? departments[0])?.name ?? '';
  const said = useSignal<{ department: string; stance: Stance; text: string }>({ department: first, stance: 'agrees', text: '' });
  const { busy, why, work } = useWork(shown);
  const change = (changes: Partial<typeof said.value>): void => void (said.value = { ...said.value, ...changes });
  const text = said.value.text.trim();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await work(() => recordDepartment(project.id, { ...said.value, text }))) close();
  };
  return (
    <form class="n-form p-deed" onSubmit={(event) => void send(event)} onKeyDown={onEscape(close)}>
      <div class="pair">
        <Pick label={t.department} value={said.value.department} write={(department) => change({ department })} from={Object.fromEntries(departments.map(({ name }) => [name, name]))} />
        <Pick label={t.stance} value={said.value.stance} write={(stance) => change({ stance })} from={t.stances} />
      </div>
      <Area label={t.wordText} value={said.value.text} write={(value) => change({ text: value })} required />
      <Failed why={why} />
      <Buttons label={t.recordWord} blocked={busy || text === '' || lengthOf(text) > TEXT_MOST} close={close} />
    </form>
  );
}

function Buttons({ label, blocked, close }: { label: string; blocked: boolean; close: () => void }) {
  return (
    <div class="p-deeds">
      <button class="button" type="submit" disabled={blocked}>
        {label}
      </button>
      <button class="button quiet" type="button" onClick={close}>
        {words.value.cancel}
      </button>
    </div>
  );
}
