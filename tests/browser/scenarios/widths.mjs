// W-13: no page scrolls sideways.
import { open, pages } from '../browser.mjs';
import { sideways } from '../measure.mjs';

const WIDTHS = [320, 360, 768, 1366];

export default async function widths({ browser, base, tell }) {
  const { context } = await open(browser, base);
  const page = await context.newPage();
  for (const path of await pages(browser, base)) {
    await page.goto(base + path);
    // What is folded is measured too.
    await page.$$eval('details', (all) => all.forEach((one) => (one.open = true)));
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 768 });
      const over = await page.evaluate(sideways);
      tell('no-side-scroll', `${path} ${width}`, !over, over);
    }
  }
}
