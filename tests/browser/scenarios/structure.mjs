// W-29: language, titles, headings, landmarks, skip links.
import { dossiers, open, pages } from '../browser.mjs';

// What a screen reader lists, by the roles that the browser computes.
const LANDMARKS = { banner: 1, navigation: 1, main: 1, contentinfo: 1 };

export default async function structure({ browser, base, tell }) {
  const all = await pages(browser, base);
  const { context } = await open(browser, base);
  const page = await context.newPage();
  const titles = new Map();
  for (const path of all) {
    await page.goto(base + path);
    const language = await page.getAttribute('html', 'lang');
    tell('language', path, language === 'fr', language);
    const title = await page.title();
    // Two pages that are not there are one page.
    const known = titles.get(title);
    const fits = /^\S.* · Vigie$/.test(title) && (!known || title.startsWith('Page introuvable'));
    tell('own-title', path, fits, `« ${title} », like ${known}`);
    titles.set(title, path);
    const h1 = await page.$$eval('h1', (found) => found.map((one) => one.textContent.trim()));
    tell('one-h1', path, h1.length === 1 && h1[0], h1);
    const landmarks = {};
    for (const role of Object.keys(LANDMARKS)) landmarks[role] = await page.getByRole(role).count();
    tell('landmarks', path, JSON.stringify(landmarks) === JSON.stringify(LANDMARKS), landmarks);
    const parts = dossiers(all).includes(path) ? ['#champs', '#m-1'] : ['#contenu'];
    const faults = await skips(page, base + path, parts);
    tell('skip-links', path, faults.length === 0, faults);
  }
}

// The first stops of Tab are the skip links: each is seen when it has the focus, and leads to its part,
// from where Tab goes on.
async function skips(page, url, parts) {
  const faults = [];
  for (const [number, part] of parts.entries()) {
    await page.goto(url);
    for (let tab = 0; tab <= number; tab += 1) await page.keyboard.press('Tab');
    const link = await page.evaluate(() => {
      const { left, top, width, height } = document.activeElement.getBoundingClientRect();
      const seen = left >= 0 && top >= 0 && width >= 24 && height >= 24;
      return { leads: document.activeElement.getAttribute('href'), seen };
    });
    if (link.leads !== part) {
      faults.push(`stop ${number + 1} leads to ${link.leads}, not to ${part}`);
      continue;
    }
    if (!link.seen) faults.push(`${part} is not seen`);
    await page.keyboard.press('Enter');
    const there = await page.evaluate(() => document.activeElement.id);
    if (`#${there}` !== part) faults.push(`${part} leaves the focus on « ${there} »`);
  }
  return faults;
}
