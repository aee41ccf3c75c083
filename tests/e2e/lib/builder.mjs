// The builder of segments, as a mouse uses it.
import assert from 'node:assert/strict';
import { settle } from './browser.mjs';
import { until } from './api.mjs';

/** What the builder counts for the whole, once it is no longer counting. */
export async function total(page) {
  await page.locator('.cnt.is-old').first().waitFor({ state: 'detached' });
  await page.locator('.sk-hero').waitFor({ state: 'detached' });
  return Number((await page.locator('.hero').first().locator('..').getAttribute('title')).replaceAll(',', ''));
}

/** Waits until the builder counts so many; it asks again by itself while one types. */
export async function waitForTotal(page, wanted) {
  await until(`${wanted} people`, async () => (await total(page)) === wanted, 30_000).catch(async (error) => {
    assert.equal(await total(page), wanted, error.message);
  });
}

/** Adds a condition by its entry in the menu. */
export async function add(page, menu, entry) {
  await page.getByRole('button', { name: menu, exact: true }).first().click();
  await page.getByRole('menuitem', { name: entry, exact: true }).click();
  await settle(page);
}

/** Chooses from the searchable list that the last word of a sentence opens. */
export async function choose(page, label, typed) {
  const word = page.locator(`button.v[aria-description="${label}"]`).last();
  await word.click();
  await page.getByRole('combobox', { name: label }).fill(typed);
  await page.getByRole('option', { name: typed }).first().click();
  await word.getByText(typed).waitFor();
}
