// W-01 and W-08: axe on every page in both schemes, and nothing asked of anybody else.
import { open, pages, SCHEMES } from '../browser.mjs';
import { faults } from '../axe.mjs';

export default async function axe({ browser, base, tell }) {
  const { context, foreign, refused } = await open(browser, base);
  const page = await context.newPage();
  for (const path of await pages(browser, base)) {
    await page.goto(base + path);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      const found = await faults(page);
      tell('axe', `${path} ${colorScheme}`, found.length === 0, found);
    }
  }
  tell('no-foreign-request', 'all', foreign.length === 0, foreign);
  tell('nothing-refused', 'all', refused.length === 0, refused);
}
