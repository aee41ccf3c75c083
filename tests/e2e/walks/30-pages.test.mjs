// Every page, in both languages and both lights, on a desk and in a hand: it opens, it fits, and it is accessible.
import { after, before, test } from 'node:test';
import { ask, tokenOf } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, openPage, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

/** What the browser says of the frame that shows a mail: that it is shut away is the point of it. */
const SANDBOXED = /sandboxed|\/preview\//;

const AREAS = ['', 'customers', 'segments', 'lists', 'campaigns', 'contents', 'products', 'imports', 'inbox', 'analytics', 'analytics/rfm', 'analytics/deciles', 'analytics/bands', 'analytics/lifecycle', 'analytics/retention', 'settings'];
const NEW = ['segments/new', 'campaigns/new', 'contents/new', 'imports/new'];
const SETTINGS = ['company', 'senders', 'test-audience', 'members', 'api-keys', 'write-keys', 'webhooks', 'computed', 'audience', 'audit'].map((name) => `settings/${name}`);

/** How the pages are looked at: each language once in each light. */
const LOOKS = [
  { language: 'ja', dark: false },
  { language: 'ja', dark: true },
  { language: 'en', dark: false },
  { language: 'en', dark: true },
];

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** Returns the pages that show one thing, by what the company has. */
async function things(page) {
  const token = await tokenOf(page);
  const items = async (path) => (await ask(page, token, 'GET', `/api/v1/${path}`)).items;
  const [customer] = await items('customers?limit=1');
  const [product] = await items('products?limit=1');
  const [segment] = await items('segments?limit=1');
  const [content] = await items('contents?limit=1');
  const campaigns = await items('campaigns');
  const finished = campaigns.find((one) => one.state === 'finished');
  // A draft with all its answers, whatever the walks before have launched.
  const copy = { name: 'もう一度のクーポン' };
  const draft = await ask(page, token, 'POST', `/api/v1/campaigns/${finished.id}/copy`, copy);
  const list = await ask(page, token, 'POST', '/api/v1/lists', { name: '夏の招待' });
  return {
    customer: `customers/${customer.id}`,
    product: `products/${product.id}`,
    segment: `segments/${segment.id}`,
    list: `lists/${list.id}`,
    content: `contents/${content.id}`,
    draft: `campaigns/${draft.id}`,
    review: `campaigns/${draft.id}/review`,
    finished: `campaigns/${finished.id}`,
    report: `campaigns/${finished.id}/report`,
  };
}

for (const look of LOOKS) {
  const light = look.dark ? 'dark' : 'light';
  test(`every page in ${look.language}, ${light}`, { timeout: 600_000 }, async () => {
    const page = await openSignedIn(chromium.browser, look);
    try {
      const single = Object.entries(await things(page));
      const plain = [...AREAS, ...NEW, ...SETTINGS].map((path) => [path || 'home', path]);
      for (const [name, path] of [...plain, ...single]) {
        await page.goto(`${serverUrl()}/${path}`);
        // Inside the shell: the page that asks one to sign in has a heading, too.
        await page.locator('#page h1').first().waitFor();
        await shot(page, `30-${name.replace('/', '-')}.${light}`);
        await assertAccessible(page);
        assertNoFaults(page, SANDBOXED);
      }
    } finally {
      await leave(page);
    }
  });
}

for (const look of LOOKS) {
  const light = look.dark ? 'dark' : 'light';
  test(`what is not there says so in ${look.language}, ${light}`, { timeout: 120_000 }, async () => {
    const page = await openSignedIn(chromium.browser, look);
    for (const [name, path] of [
      ['nothing-found', 'customers?q=nobody-is-called-this'],
      ['no-such-page', 'nowhere'],
      ['no-such-customer', 'customers/prf_00000000000000000000000000000000'],
    ]) {
      await page.goto(`${serverUrl()}/${path}`);
      await settle(page);
      await shot(page, `31-${name}.${light}`);
      await assertAccessible(page);
    }
    assertNoFaults(page, /status of 404|status of 422/);

    // The server is away: what was asked for fails aloud, and a retry mends it.
    const segments = /\/api\/v1\/segments\?/;
    await page.route(segments, (route) => route.abort());
    await page.goto(`${serverUrl()}/segments`);
    const retry = page.getByRole('button', { name: look.language === 'ja' ? 'もう一度' : 'Try again' });
    await retry.first().waitFor();
    await shot(page, `31-failed.${light}`);
    await assertAccessible(page);
    await page.unroute(segments);
    await retry.first().click();
    await page.getByRole('table').first().waitFor();
    assertNoFaults(page, /ERR_FAILED/);
    await leave(page);

    const visitor = await openPage(chromium.browser, look);
    await visitor.goto(`${serverUrl()}/`);
    await visitor.getByRole('heading', { level: 1 }).waitFor();
    await shot(visitor, `31-sign-in.${light}`);
    await assertAccessible(visitor);
    assertNoFaults(visitor);
    await visitor.context().close();
  });
}
