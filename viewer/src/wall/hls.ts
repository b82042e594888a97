// HLS where the browser cannot play it itself: fetched with the first such stream.
//
// In: a video element and an address. Out: it plays; calls back when it cannot go on. Buffers are small:
// a wall shows the present, for weeks.
import Hls from 'hls.js/light';

export function attach(video: HTMLVideoElement, url: string, dead: () => void): () => void {
  if (!Hls.isSupported()) {
    dead();
    return () => undefined;
  }
  const player = new Hls({ maxBufferLength: 15, maxMaxBufferLength: 30, backBufferLength: 5, liveDurationInfinity: true, enableWorker: true });
  player.on(Hls.Events.ERROR, (_, { fatal }) => {
    if (fatal) dead();
  });
  player.loadSource(url);
  player.attachMedia(video);
  return () => player.destroy();
}
