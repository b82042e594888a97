// Check-ups: the list of all, a new one, the page of one; for who may not read them, that and why.
import { account } from '../../state/account';
import { route } from '../../state/renewal/route';
import { words } from '../words';
import { CheckUpPage } from './CheckUpPage';
import { List } from './List';
import { NewCheckUp } from './NewCheckUp';
import { NotForYou } from './NotForYou';
import { may } from './parts';

export function Checkups() {
  const { id } = route.value;
  if (account.value && !may('read_check_ups')) return <NotForYou title={words.value.checkups} />;
  if (id === null) return <List />;
  return id === 'new' ? <NewCheckUp /> : <CheckUpPage key={id} id={id} />;
}
