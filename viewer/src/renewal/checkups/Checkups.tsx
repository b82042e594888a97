// Check-ups: the list of all, a new one, the page of one.
import { route } from '../../state/renewal/route';
import { CheckUpPage } from './CheckUpPage';
import { List } from './List';
import { NewCheckUp } from './NewCheckUp';

export function Checkups() {
  const { id } = route.value;
  if (id === null) return <List />;
  return id === 'new' ? <NewCheckUp /> : <CheckUpPage key={id} id={id} />;
}
