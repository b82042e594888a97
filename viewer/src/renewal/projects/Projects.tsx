// Projects: the board of all, the page of one, the form of a plan. Which of them follows the address.
import { route } from '../../state/renewal/route';
import { later } from '../../panels/later';
import { Board } from './Board';

const Project = later<{ id: number }>(() => import('./Project').then((page) => page.Project));
const PlanPage = later<{ id: number | null }>(() => import('./PlanPage').then((page) => page.PlanPage));

export function Projects() {
  const { id, part } = route.value;
  if (id === null) return <Board />;
  if (id === 'new') return <PlanPage key="new" id={null} />;
  return part === 'plan' ? <PlanPage key={id} id={id} /> : <Project key={id} id={id} />;
}
