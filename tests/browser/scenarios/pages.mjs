// Every page, visited once: W-01 (axe), W-02 (contrast), W-08 (nobody else is asked), W-09 and W-11
// (weight), W-13 (widths), W-29 (structure).
import { dossiers, open, pages, SCHEMES } from '../browser.mjs';
import { faults } from '../axe.mjs';
import { collect, judge } from '../contrast.mjs';
import { sideways } from '../measure.mjs';
import { skips, structure } from '../structure.mjs';
import { watch_shift, weight } from '../weight.mjs';

const WIDTHS = [320, 360, 768, 1366];
// The parts that one can skip to.
const PARTS = { dossier: ['#champs', '#m-1'], other: ['#contenu'] };

export default async function every_page({ browser, base, tell }) {
  const { context, foreign, refused } = await open(browser, base);
  await context.addInitScript(watch_shift);
  const page = await context.newPage();
  const came = [];
  page.on('response', (response) => came.push(response));
  const titles = new Map();
  const found = Object.fromEntries(SCHEMES.map((scheme) => [scheme, new Map()]));
  const all = await pages(browser, base);
  for (const path of all) {
    const is_dossier = dossiers(all).includes(path);
    came.length = 0;
    await page.goto(base + path);
    await weight(page, path, came, is_dossier, tell);
    await structure(page, path, titles, tell);
    const has_fields = is_dossier || path.includes('?champ=');
    const stuck = await skips(page, has_fields ? PARTS.dossier : PARTS.other);
    tell('skip-links', path, stuck.length === 0, stuck);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      const wrong = await faults(page);
      tell('axe', `${path} ${colorScheme}`, wrong.length === 0, wrong);
      // This unfolds what is folded, and so comes after axe.
      await collect(page, path, found[colorScheme]);
    }
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 768 });
      const over = await page.evaluate(sideways);
      tell('no-side-scroll', `${path} ${width}`, !over, over);
    }
  }
  for (const scheme of SCHEMES) judge(scheme, found[scheme], tell);
  tell('no-foreign-request', 'all', foreign.length === 0, foreign);
  tell('nothing-refused', 'all', refused.length === 0, refused);
}
