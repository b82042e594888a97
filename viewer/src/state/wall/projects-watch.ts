// Keeps what a command centre sees of projects as it is at the server.
//
// In: what the line tells of projects, the server's figures. Out: the signals of `projects.ts`. Called by the wall's panel
// while it is shown.
import { getProjectFigures, getProjects, type ProjectSummary } from '../../api/projects';
import { gathered } from '../../api/news';
import { hearOfProjects, line } from '../live';
import { brokenSince, figures, running } from './projects';

/** How often is asked again without the line, by which news come. */
const EVERY_MS = 60_000;
/** News that come together are looked into together, and not by all walls in one moment. */
const SPREAD_MS = 1500;
const MOST = 50;

/** Until when a project is in the step that it is in; without a limit last. */
const due = ({ deadline }: ProjectSummary): number => (deadline ? Date.parse(deadline.due) : Infinity);

/** Follows what is told of projects until the returned function is called; asks again and again while nothing is told. */
export function watchProjects(): () => void {
  const stop = new AbortController();
  let looking = false;
  let asked = 0;
  /** One look at a time: news that come during one are looked into after it, however fast they come. */
  const look = async (): Promise<void> => {
    asked += 1;
    if (looking) return;
    looking = true;
    for (let seen = 0; seen !== asked; ) {
      seen = asked;
      await read();
    }
    looking = false;
  };
  const read = async (): Promise<void> => {
    try {
      const [all, page] = await Promise.all([getProjectFigures(stop.signal), getProjects(`state=notice,noticed,works,suspended&limit=${MOST}`, stop.signal)]);
      if (stop.signal.aborted) return;
      figures.value = all;
      running.value = [...page.projects].sort((a, b) => due(a) - due(b));
      brokenSince.value = null;
    } catch {
      if (!stop.signal.aborted) brokenSince.value ??= new Date();
    }
  };
  const timer = setInterval(() => {
    if (line.peek().state !== 'live' || brokenSince.peek()) void look();
  }, EVERY_MS);
  const news = gathered(() => void look(), SPREAD_MS);
  const deaf = hearOfProjects({ project: news.soon, anew: news.soon });
  void look();
  return () => {
    deaf();
    clearInterval(timer);
    news.stop();
    stop.abort();
  };
}
