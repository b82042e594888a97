// One stream: a picture of parts (MJPEG), HLS, or a page of its source. It connects again by itself,
// and says since when there is no picture.
//
// In: a video. Out: an element that plays it. What plays HLS is fetched where the browser cannot.
import { useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Video } from '../api/displays';
import { Retry } from '../state/wall/watch';
import { moment, words } from './texts';

export type StreamState = { readonly at: 'connecting' } | { readonly at: 'live' } | { readonly at: 'dead'; readonly since: Date };

/** A stream that shows nothing new for this long is dead. */
const STILL_MS = 12_000;
const LOOK_MS = 2000;
/** Only http: what else a browser might open has no place on a wall. */
const isWeb = (url: string): boolean => /^https?:\/\//i.test(url);

interface Play {
  readonly url: string;
  /** Counts attempts, so that each begins with a new element. */
  readonly attempt: number;
  readonly live: () => void;
  readonly dead: () => void;
}

export function Stream({ video, title }: { video: Video; title: string }) {
  const t = words.value;
  const state = useSignal<StreamState>({ at: 'connecting' });
  const attempt = useSignal(0);
  const [retry] = useState(() => new Retry(() => attempt.value++));
  useEffect(() => () => retry.stop(), []);
  const dead = (): void => {
    const now = state.peek();
    state.value = now.at === 'dead' ? now : { at: 'dead', since: new Date() };
    retry.failed();
  };
  const live = (): void => {
    retry.succeeded();
    if (state.peek().at !== 'live') state.value = { at: 'live' };
  };
  const play: Play = { url: video.url, attempt: attempt.value, live, dead };
  const now = state.value;
  return (
    <figure class="w-video" data-state={now.at} data-kind={video.kind}>
      {isWeb(video.url) && (video.kind === 'mjpeg' ? <Mjpeg key={attempt.value} {...play} title={title} /> : video.kind === 'hls' ? <Hls key={attempt.value} {...play} title={title} /> : <Page {...play} title={title} />)}
      <figcaption>
        <b>{title}</b>
        {now.at === 'connecting' && <span>{t.videoConnecting}</span>}
        {now.at === 'dead' && (
          <span class="w-dead" role="status">
            {t.videoDead(moment(now.since))}
            <small>{t.videoRetry}</small>
          </span>
        )}
        {now.at === 'live' && video.kind === 'page' && <span>{t.videoForeign}</span>}
      </figcaption>
    </figure>
  );
}

/** Parts of a picture that replace one another; the browser tells of the first, and of the end. */
function Mjpeg({ url, title, live, dead }: Play & { title: string }) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const element = image.current;
    const began = Date.now();
    const timer = setInterval(() => {
      // No first part: the host takes the call and says nothing.
      if (element?.naturalWidth === 0 && Date.now() - began > STILL_MS) dead();
    }, LOOK_MS);
    return () => {
      clearInterval(timer);
      // Ends the call, which would otherwise go on without its element.
      element?.removeAttribute('src');
    };
  }, []);
  return <img ref={image} src={url} alt={title} referrerpolicy="no-referrer" onLoad={live} onError={dead} />;
}

function Hls({ url, title, live, dead }: Play & { title: string }) {
  const place = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = place.current;
    if (!video) return;
    let [stopped, time, moved_ms] = [false, -1, Date.now()];
    let stop = (): void => video.removeAttribute('src');
    if (video.canPlayType('application/vnd.apple.mpegurl')) video.src = url;
    else {
      import('./hls')
        .then(({ attach }) => {
          if (!stopped) stop = attach(video, url, dead);
        })
        .catch(dead);
    }
    const timer = setInterval(() => {
      if (video.currentTime !== time) {
        if (time >= 0 && video.currentTime > 0) live();
        [time, moved_ms] = [video.currentTime, Date.now()];
      } else if (Date.now() - moved_ms > STILL_MS) dead();
    }, LOOK_MS);
    return () => {
      stopped = true;
      clearInterval(timer);
      stop();
      video.load();
    };
  }, []);
  return <video ref={place} aria-label={title} muted autoplay playsInline disableRemotePlayback onError={dead} />;
}

/** A page of another host plays by itself; of what it shows nothing can be known here. */
function Page({ url, title, live }: Play & { title: string }) {
  // A page of this very server with scripts would be as mighty as the wall itself.
  const own = new URL(url, location.href).origin === location.origin;
  return <iframe src={url} title={title} sandbox={own ? 'allow-scripts' : 'allow-scripts allow-same-origin'} allow="autoplay; fullscreen" referrerpolicy="no-referrer" onLoad={live} />;
}
