// A real survey in the browser: that it stands there, whole and alone with its server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './page.mjs';

test('a_real_survey_fills_the_picture', async () => {
  const view = await open(process.env.TWIN_ADDRESS, { width: 800, height: 600 });
  try {
    await view.settled();
    await view.screenshot('survey');
    const [share, stats] = await view.page.evaluate(() => [window.__twin.background(), window.__twin.stats()]);
    assert.ok(share > 0.05 && share < 0.97, `background covers ${share}`);
    assert.ok(stats.triangles > 2000 && stats.tilesFailed === 0, JSON.stringify(stats));
    assert.deepEqual([view.foreign, view.problems], [[], []]);
  } finally {
    await view.close();
  }
});
