// Check-ups: the list of all, a new one, the page of one; for who may not read them, that and why.
import { account, signedIn } from '../../state/account';
import { route } from '../../state/renewal/route';
import { Head, SignInHint } from '../parts';
import { words } from '../words';
import { CheckUpPage } from './CheckUpPage';
import { List } from './List';
import { NewCheckUp } from './NewCheckUp';
import { may } from './parts';
import { texts } from './words';

export function Checkups() {
  const { id } = route.value;
  if (account.value && !may('read_check_ups')) return <NotForYou />;
  if (id === null) return <List />;
  return id === 'new' ? <NewCheckUp /> : <CheckUpPage key={id} id={id} />;
}

function NotForYou() {
  return (
    <>
      <Head title={words.value.checkups} under={texts.value.listNote} />
      <SignInHint />
      {signedIn.value && <p class="n-empty">{texts.value.deniedNote}</p>}
    </>
  );
}
