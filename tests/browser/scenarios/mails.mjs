// E-03: each mail's HTML part as a page of its own. `given.mails` maps a name to the HTML.
import { open, SCHEMES } from '../browser.mjs';
import { faults } from '../axe.mjs';
import { contrasts, sideways } from '../measure.mjs';

const WIDTHS = [360, 1000];
const MOST_BYTES = 12_000;
const NOT_IN_A_MAIL = 'img, script, link, style, iframe, object, form, [class], [id]';

// A mail is no page: the HTML part is shown inside the reader's, which has the main landmark, the first
// heading and the ways past what repeats. A second `main` or `h1` there would mislead, hence the article
// and the `h2` of experience.md 3.2. These four rules judge whole pages; they are left out where the part
// stands alone, and none is where it stands in a reader's page, as its readers have it.
const OF_WHOLE_PAGES = ['landmark-one-main', 'page-has-heading-one', 'region', 'bypass'];

const READER = `<!doctype html><html lang="fr"><head><meta name="color-scheme" content="light dark">
<title>Boîte de réception</title></head><body><main><h1>Re: pb carto ce matin</h1></main></body></html>`;

// axe takes a ground that nobody paints for white, in both schemes; the browser's own colour is named.
const name_ground = () => document.documentElement.style.setProperty('background-color', 'Canvas');

async function in_a_reader(page, html) {
  await page.goto('http://mail.invalid/');
  await page.evaluate((html) => {
    const mail = new DOMParser().parseFromString(html, 'text/html');
    document.querySelector('main').append(...mail.body.childNodes);
  }, html);
}

export default async function mails({ browser, given, tell }) {
  const served = Object.fromEntries(
    Object.entries(given.mails).map(([name, html]) => [`http://mail.invalid/${name}`, html]),
  );
  served['http://mail.invalid/'] = READER;
  const { context, foreign } = await open(browser, null, { served });
  const page = await context.newPage();
  for (const [name, html] of Object.entries(given.mails)) {
    const bytes = Buffer.byteLength(html);
    tell('bytes', name, bytes <= MOST_BYTES, bytes);
    tell('no-address', name, !/https?:/i.test(html));
    await page.goto(`http://mail.invalid/${name}`);
    const odd = await page.$$eval(NOT_IN_A_MAIL, (all) => all.map((one) => one.outerHTML.slice(0, 80)));
    tell('no-element', name, odd.length === 0, odd);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 768 });
        const over = await page.evaluate(sideways);
        tell('no-side-scroll', `${name} ${width} ${colorScheme}`, !over, over);
      }
      await page.evaluate(name_ground);
      const found = await faults(page, OF_WHOLE_PAGES);
      tell('axe-alone', `${name} ${colorScheme}`, found.length === 0, found);
      for (const pair of await page.evaluate(contrasts, [])) {
        tell('contrast', `${name} ${colorScheme} ${pair.name}`, pair.ratio >= 4.5, pair.ratio);
      }
    }
    const styled = await page.evaluate(() => document.body.innerText.replace(/\s+/g, ' ').trim());
    const bare = await page.evaluate(() => {
      for (const one of document.querySelectorAll('[style]')) one.removeAttribute('style');
      return document.body.innerText.replace(/\s+/g, ' ').trim();
    });
    tell('same-without-styles', name, styled === bare && styled.length > 200, bare);
    await in_a_reader(page, html);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(name_ground);
      const found = await faults(page);
      tell('axe-in-a-reader', `${name} ${colorScheme}`, found.length === 0, found);
    }
  }
  tell('no-request', 'all', foreign.length === 0, foreign);
}
