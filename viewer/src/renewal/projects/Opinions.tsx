// What is said of a project: written opinions of departments, words of residents, and the answers to them.
import { useSignal } from '@preact/signals';
import { answerOpinion, getOpinionPage, type OpinionPage, type ProjectOpinion } from '../../api/project-work';
import { onEscape } from '../../panels/rows';
import { Failed, Known, useAsked, useDeed } from '../parts';
import { words } from '../words';
import { Departments } from './Departments';
import { Area, lengthOf, TEXT_MOST } from './fields';
import type { Shown } from './Project';
import { useWork } from './useWork';
import { momentOf, workWords } from './words';

export function Opinions(shown: Shown) {
  const t = workWords.value;
  const { project } = shown.detail;
  // What is said changes with the project: each word of a resident is a version of it.
  const [asked, again, put] = useAsked<OpinionPage>(`${project.id}/${project.version}`, (signal) => getOpinionPage(project.id, null, signal));
  return (
    <>
      <Departments {...shown} />
      <section class="n-card">
        <h2>{t.residents}</h2>
        <Known asked={asked} again={again}>
          {(page) => (page.opinions.length === 0 ? <p class="n-note">{t.noOpinions}</p> : <Said page={page} put={put} shown={shown} />)}
        </Known>
      </section>
    </>
  );
}

function Said({ page, put, shown }: { page: OpinionPage; put: (page: OpinionPage) => void; shown: Shown }) {
  const t = workWords.value;
  const onlyOpen = useSignal(false);
  const { busy, why, run } = useDeed();
  const list = page.opinions.filter(({ answer }) => !onlyOpen.value || !answer);
  const next = page.next ?? null;
  const more = (after: number): Promise<boolean> =>
    run(async () => {
      const later = await getOpinionPage(shown.detail.project.id, after);
      put({ ...later, opinions: [...page.opinions, ...later.opinions] });
    });
  return (
    <>
      <label class="p-check">
        <input type="checkbox" checked={onlyOpen.value} onChange={(event) => (onlyOpen.value = event.currentTarget.checked)} />
        {t.onlyOpen}
      </label>
      <ol class="p-said">
        {list.map((opinion) => (
          <Opinion key={opinion.id} opinion={opinion} shown={shown} />
        ))}
      </ol>
      <Failed why={why} />
      {next !== null && (
        <button class="button quiet" type="button" disabled={busy} onClick={() => void more(next)}>
          {t.more}
        </button>
      )}
    </>
  );
}

function Opinion({ opinion, shown }: { opinion: ProjectOpinion; shown: Shown }) {
  const t = workWords.value;
  const writing = useSignal(false);
  const mayAnswer = shown.detail.may.includes('answer');
  const { kind, at, round, text, answer } = opinion;
  return (
    <li data-opinion={opinion.id}>
      <small>{[t.opinionKinds[kind], momentOf(at), ...(round === 0 ? [] : [t.noticeRound(round)])].join(' · ')}</small>
      <p class="p-words">{text}</p>
      {answer ? (
        <p class="p-answer">
          <b>{t.answer}</b> {answer}
        </p>
      ) : (
        <p class="p-open">{t.noAnswer}</p>
      )}
      {mayAnswer && !writing.value && (
        <button class="button quiet" type="button" onClick={() => (writing.value = true)}>
          {answer ? t.answerAgain : t.answer}
        </button>
      )}
      {writing.value && <Answer opinion={opinion} shown={shown} close={() => (writing.value = false)} />}
    </li>
  );
}

function Answer({ opinion, shown, close }: { opinion: ProjectOpinion; shown: Shown; close: () => void }) {
  const t = workWords.value;
  const text = useSignal(opinion.answer ?? '');
  const { busy, why, work } = useWork(shown);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await work(() => answerOpinion(shown.detail.project.id, opinion.id, text.value.trim()))) close();
  };
  return (
    <form class="n-form p-deed" onSubmit={(event) => void send(event)} onKeyDown={onEscape(close)}>
      <Area label={t.yourAnswer} value={text.value} write={(value) => (text.value = value)} required />
      <Failed why={why} />
      <div class="p-deeds">
        <button class="button" type="submit" disabled={busy || text.value.trim() === '' || lengthOf(text.value) > TEXT_MOST}>
          {t.answer}
        </button>
        <button class="button quiet" type="button" onClick={close}>
          {words.value.cancel}
        </button>
      </div>
    </form>
  );
}
