// Videos of the display: that of the chosen camera, else as many as fit, in turns.
import type { Video } from '../api/displays';
import { named } from '../i18n';
import { devices } from '../state/devices';
import { language } from '../state/settings';
import { chosenVideo, videos } from '../state/wall/shown';
import { Panel, useFit, usePage } from './parts';
import { words } from './texts';
import { Stream } from './Video';

const ROOM = 252;
const MOST = 3;
const PAGE_MS = 45_000;

/** A camera's own name where the video has none. */
export const titleOf = (video: Video): string => named(video.title, language.value, '') || named(devices.value.get(video.device ?? '')?.name, language.value, video.url);

export function Videos() {
  const t = words.value;
  const [ref, fit] = useFit<HTMLDivElement>(ROOM);
  const room = Math.min(Math.max(fit, 1), MOST);
  const chosen = chosenVideo.value;
  const all = videos.value;
  const pages = chosen ? 1 : Math.ceil(all.length / room);
  const page = usePage(pages, PAGE_MS);
  const shown = chosen ? [chosen] : all.slice(page * room, page * room + room);
  return (
    <Panel name="video" title={chosen ? t.videoOf(titleOf(chosen)) : t.video} note={pages > 1 ? `${page + 1} / ${pages}` : undefined} grow>
      <div class="w-videos" ref={ref}>
        {fit > 0 && shown.map((video) => <Stream key={`${video.kind} ${video.url}`} video={video} title={titleOf(video)} />)}
      </div>
    </Panel>
  );
}
