// W-29: language, titles, headings, landmarks, skip links.

// By the roles that the browser computes, as a screen reader lists them.
const LANDMARKS = { banner: 1, navigation: 1, main: 1, contentinfo: 1 };

// Of the page that is shown. `titles` maps those told of before to their page.
export async function structure(page, path, titles, tell) {
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
}

// The first stops of Tab are the links to `parts`: each is seen when it has the focus, and moves it to
// its part, from where Tab goes on. The page has just been loaded.
export async function skips(page, parts) {
  const faults = [];
  const url = page.url();
  for (const [number, part] of parts.entries()) {
    if (number > 0) {
      await page.goto('about:blank');
      await page.goto(url);
    }
    // The page has put the focus where the work begins: back to its start.
    await page.evaluate(() => {
      document.body.tabIndex = -1;
      document.body.focus();
    });
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
    if (!link.seen) faults.push(`the link to ${part} is not seen`);
    await page.keyboard.press('Enter');
    const there = await page.evaluate(() => document.activeElement.id);
    if (`#${there}` !== part) faults.push(`${part} leaves the focus on « ${there} »`);
  }
  return faults;
}
