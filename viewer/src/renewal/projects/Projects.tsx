// Projects: the board of all, and the page of one.
import { Head } from '../parts';
import { words } from '../words';

export function Projects() {
  return <Head title={words.value.projects} />;
}
