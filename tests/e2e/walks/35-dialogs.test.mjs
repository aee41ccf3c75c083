// What opens above a page: dialogs, sheets, menus and the palette, in both lights; each is accessible and closes again.
import { after, before, test } from 'node:test';
import { ask, tokenOf } from '../lib/api.mjs';
import { assertAccessible } from '../lib/axe.mjs';
import { assertNoFaults, openBrowser, settle, shot } from '../lib/browser.mjs';
import { serverUrl } from '../lib/server.mjs';
import { leave, openSignedIn } from '../lib/session.mjs';

/** What the browser says of the frame that shows a mail: that it is shut away is the point of it. */
const SANDBOXED = /sandboxed|\/preview\//;

let chromium;
before(async () => {
  chromium = await openBrowser();
});
after(() => chromium?.close());

/** Looks at what is open, closes it with Esc, and makes sure that it is gone. */
async function look(page, name) {
  const dialog = page.getByRole('dialog').first();
  await dialog.waitFor();
  await settle(page);
  await shot(page, `35-${name}`, { fullPage: false });
  await assertAccessible(page);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assertNoFaults(page, SANDBOXED);
}

for (const dark of [false, true]) {
  const light = dark ? 'dark' : 'light';
  test(`what opens above a page, ${light}`, { timeout: 300_000 }, async () => {
    const page = await openSignedIn(chromium.browser, { language: 'ja', dark });
    const token = await tokenOf(page);
    const open = async (path) => {
      await page.goto(`${serverUrl()}/${path}`);
      await page.locator('#page h1').first().waitFor();
      await settle(page);
    };
    const { id } = await ask(page, token, 'POST', '/api/v1/campaigns', { name: '消してよい下書き' });

    // The palette finds pages and the company's own things, by kana too.
    await open('');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('こきゃく');
    await page.getByRole('option', { name: /顧客/ }).first().waitFor();
    await page.getByRole('combobox').fill('消してよい');
    await page.getByRole('option', { name: /消してよい下書き/ }).waitFor();
    await look(page, `palette.${light}`);

    await open('customers');
    await page.getByRole('button', { name: '顧客を加える' }).click();
    await look(page, `add-customer.${light}`);

    // A row's menu, and what it asks before it copies or removes.
    await open('campaigns');
    const row = page.getByRole('row', { name: /消してよい下書き/ }).first();
    const menu = async (item) => {
      await row.getByRole('button', { name: '操作' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await menu('写す');
    await look(page, `copy-campaign.${light}`);
    await menu('消去する');
    await look(page, `remove-campaign.${light}`);

    await open(`campaigns/${id}`);
    for (const card of ['target', 'offer', 'timing', 'channel', 'contents', 'goal']) {
      await open(`campaigns/${id}?card=${card}`);
      await look(page, `card-${card}.${light}`);
    }

    await open('settings/members');
    await page.getByRole('button', { name: '招く' }).click();
    await look(page, `invite.${light}`);

    // A key is shown once, in a sheet that says so.
    await open('settings/api-keys');
    await page.getByRole('button', { name: 'キーを作る' }).click();
    await look(page, `new-key.${light}`);

    await ask(page, token, 'DELETE', `/api/v1/campaigns/${id}`);
    await leave(page);
  });
}
