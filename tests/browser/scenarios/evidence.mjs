// W-20: from a field's row to its words in the message and back, on a desk and on a phone.
import { dossiers, open, pages } from '../browser.mjs';

const DESK = { width: 1366, height: 768 };
const PHONE = { width: 360, height: 740 };

// Every dossier is clicked through on the desk. Where fields and message stand one under the other, the
// layout is the same for all, and these show it.
const ON_A_PHONE = 4;

export default async function evidence({ browser, base, tell }) {
  const { context } = await open(browser, base);
  const page = await context.newPage();
  for (const [number, path] of dossiers(await pages(browser, base)).entries()) {
    for (const size of number < ON_A_PHONE ? [DESK, PHONE] : [DESK]) {
      await page.setViewportSize(size);
      await page.goto(base + path);
      const { alone, clicks } = await page.evaluate(both_ways);
      tell('numbers-in-pairs', `${path} ${size.width}`, clicks.length > 0 && alone.length === 0, alone);
      for (const { number, fact, saw } of clicks) {
        tell(fact, `${path} ${size.width} field ${number}`, !saw, saw);
      }
    }
  }
}

// Clicks each number of a row, then the same number in the message. `saw` is what was wrong.
async function both_ways() {
  const root = document.documentElement;
  const within = (box) =>
    box.height > 0 && box.bottom > 0 && box.top < root.clientHeight && box.right > 0 && box.left < root.clientWidth;
  const arrived = () => new Promise((done) => window.addEventListener('hashchange', done, { once: true }));
  const follow = async (link, id) => {
    if (!link) return 'no link';
    link.scrollIntoView({ block: 'center', behavior: 'instant' });
    const { left, top, width, height } = link.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    if (!link.contains(hit)) return `covered by ${hit?.outerHTML.slice(0, 80)}`;
    const there = arrived();
    link.click();
    await there;
    const target = document.querySelector(':target');
    if (target?.id !== id) return `the target is ${target?.id}`;
    return within(target.getBoundingClientRect()) ? null : 'out of view';
  };
  const numbers = (links, prefix) => [...document.querySelectorAll(links)].map((link) => link.hash.slice(prefix.length + 1));
  const rows = numbers('.proof a', 'ev-');
  const marks = [...new Set(numbers('a.back', 'f-'))];
  // A number in a row has one in the message, and the other way round.
  const alone = [...rows.filter((one) => !marks.includes(one)), ...marks.filter((one) => !rows.includes(one))];
  const clicks = [];
  for (const number of rows) {
    const to = await follow(document.querySelector(`.proof a[href="#ev-${number}"]`), `ev-${number}`);
    clicks.push({ number, fact: 'row-to-mark', saw: to });
    const back = await follow(document.querySelector(`a.back[href="#f-${number}"]`), `f-${number}`);
    clicks.push({ number, fact: 'mark-to-row', saw: back });
  }
  return { alone, clicks };
}
