// Check-ups: the list of all, and the page of one.
import { Head } from '../parts';
import { words } from '../words';

export function Checkups() {
  return <Head title={words.value.checkups} />;
}
