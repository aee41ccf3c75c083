// The first minute: the printed link leads into the admin, in both languages, on a desk and in a hand.
import { after, before, test } from 'node:test';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, shot } from '../lib/browser.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

for (const language of ['ja', 'en']) {
  test(`the home page in ${language}`, async () => {
    const page = await openSignedIn(chromium.browser, { language });
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await assertAccessible(page);
    await shot(page, '10-home');
    assertNoFaults(page);
    await leave(page);
  });
}
