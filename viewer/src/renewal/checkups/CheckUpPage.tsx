// The page of one check-up: its state, what one may do with it, and its parts.
import { getCheckUp, type CheckUpDetail } from '../../api/checkups';
import { hashOf, route } from '../../state/renewal/route';
import { later } from '../../panels/later';
import { Head, Known, SignInHint, useAsked } from '../parts';
import { words } from '../words';
import { Deeds } from './Deeds';
import { StateMark, titleOf, zonesOf } from './parts';
import { texts } from './words';

/** What each part is given: the check-up as it is, and how to read it anew or take over what the server has just told. */
export interface PartProps {
  readonly detail: CheckUpDetail;
  readonly again: () => void;
  readonly take: (detail: CheckUpDetail) => void;
}

const PARTS = {
  overview: later(() => import('./Overview').then(({ Overview }) => Overview)),
  form: later(() => import('./Form').then(({ Form }) => Form)),
  problems: later(() => import('./Problems').then(({ Problems }) => Problems)),
  report: later(() => import('./Report').then(({ Report }) => Report)),
};
type Part = keyof typeof PARTS;
const ORDER = Object.keys(PARTS) as Part[];

export function CheckUpPage({ id }: { id: number }) {
  // Read anew for each part: what was given in one counts in another, and others work on it meanwhile.
  const [asked, again, take] = useAsked(`checkup/${id}/${route.value.part}`, (signal) => getCheckUp(id, signal));
  return (
    <>
      <p class="k-back">
        <a href={hashOf('checkups')}>{words.value.checkups}</a>
      </p>
      <SignInHint />
      <Known asked={asked} again={again}>
        {(detail) => <One detail={detail} again={again} take={take} />}
      </Known>
    </>
  );
}

function One(props: PartProps) {
  const t = texts.value;
  const { check_up } = props.detail;
  const part = ORDER.find((one) => one === route.value.part) ?? 'overview';
  const Shown = PARTS[part];
  return (
    <>
      <Head
        title={titleOf(check_up)}
        under={
          <span class="k-under">
            <StateMark of={check_up.state} /> {t.ofYear(check_up.year, check_up.cycle)} · {zonesOf(check_up)}
          </span>
        }
      />
      {/* Not beside the fields that someone fills in: a thumb would find them. */}
      {part !== 'form' && <Deeds {...props} />}
      <nav class="n-tabs" aria-label={t.parts}>
        {ORDER.map((one) => (
          <a key={one} href={hashOf('checkups', check_up.id, one === 'overview' ? '' : one)} aria-current={one === part ? 'page' : undefined}>
            {t[one]}
          </a>
        ))}
      </nav>
      <Shown {...props} />
    </>
  );
}
