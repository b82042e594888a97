// Squares with textures of several formats in the browser: their colours stand where they belong.
// In: the server's address; `with` or `without`: whether the textures need the transcoder. Out: exit
// code; a screenshot.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './page.mjs';

const transcoder = process.argv[2] === 'with';
const [SIDE_M, STEP_M] = [40, 50];
/** Colour of each quarter, by its middle in shares of the side: east, north. */
const QUARTERS = [
  [0.25, 0.75, [210, 40, 40]],
  [0.75, 0.75, [40, 180, 60]],
  [0.25, 0.25, [40, 60, 200]],
  [0.75, 0.25, [220, 200, 50]],
];
/** Loss of a codec, and a little haze. */
const TOLERANCE = 40;

test('every_texture_shows_its_colours_where_they_belong', async () => {
  const view = await open(process.env.TWIN_ADDRESS, { width: 800, height: 600 });
  const asked = [];
  view.page.on('request', (request) => asked.push(request.url()));
  try {
    await view.page.reload();
    await view.settled();
    await view.screenshot(`textures-${transcoder ? 'ktx2' : 'plain'}`);
    const spots = [0, 1].flatMap((at) => QUARTERS.map(([east, north, colour]) => ({ at, colour, point: [at * STEP_M + east * SIDE_M, north * SIDE_M, 0] })));
    const found = await view.page.evaluate((points) => {
      window.__twin.frame();
      const canvas = document.querySelector('canvas');
      const box = canvas.getBoundingClientRect();
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
      copy.drawImage(canvas, 0, 0);
      return points.map((point) => {
        const spot = window.__twin.projectPoint(...point);
        if (!spot) return null;
        return [...copy.getImageData((spot.x / box.width) * canvas.width, (spot.y / box.height) * canvas.height, 1, 1).data.slice(0, 3)];
      });
    }, spots.map(({ point }) => point));
    for (const [i, { at, colour, point }] of spots.entries()) {
      assert.ok(found[i], `square ${at} is out of view at ${point}`);
      const off = Math.max(...colour.map((value, k) => Math.abs(value - found[i][k])));
      assert.ok(off <= TOLERANCE, `square ${at} at ${point}: ${found[i]} instead of ${colour}`);
    }
    const fetched = asked.filter((url) => /basis|ktx2/.test(url));
    assert.equal(fetched.length > 0, transcoder, `fetched ${fetched}`);
    assert.deepEqual([view.foreign, view.problems], [[], []]);
  } finally {
    await view.close();
  }
});
