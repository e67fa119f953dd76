// W-02: the contrast of every pair of colours in use, computed, in both schemes. Pairs that need a click
// to be seen are named; each other one is found on the pages. `--line` parts what blanks part already: it
// says nothing, and WCAG 1.4.11 asks nothing of it.
import { dossiers, open, pages, SCHEMES } from '../browser.mjs';
import { contrasts } from '../measure.mjs';

const TEXT = [
  ...['--ink', '--quiet', '--action', '--bad', '--good'].flatMap((text) => [
    [text, '--paper'],
    [text, '--pane'],
  ]),
  ['--ink', '--proof'],
  ['--ink', '--nested'],
  ['--ink', '--lit'],
];

// Edges of marks, strips and flags, the outline of what has the focus.
const BORDERS = [
  ['--border', '--paper'],
  ['--border', '--pane'],
  ['--action', '--paper'],
  ['--action', '--pane'],
  ['--bad', '--paper'],
  ['--ink', '--lit'],
];

export default async function contrast({ browser, base, tell }) {
  const all = await pages(browser, base);
  const { context } = await open(browser, base);
  const page = await context.newPage();
  const borders = BORDERS.map((pair) => pair.join(' on '));
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    const found = new Map();
    for (const path of [...all, `${dossiers(all)[0]}#ev-1`]) {
      await page.goto(base + path);
      for (const pair of await page.evaluate(contrasts, [...TEXT, ...BORDERS])) {
        const { where } = found.get(pair.name) ?? {};
        // Where it was really seen is said rather than that it is named.
        if (!where || where === 'named') found.set(pair.name, { ...pair, where: pair.where === 'named' ? 'named' : `${path} ${pair.where}` });
      }
    }
    const named = TEXT.map((pair) => pair.join(' on '));
    for (const { name, ratio, where } of found.values()) {
      const told = `${colorScheme} ${name}`;
      if (borders.includes(name)) tell('border', told, ratio >= 3, ratio);
      if (!borders.includes(name) || where !== 'named') tell('text', told, ratio >= 4.5, `${ratio} ${where}`);
    }
    const seen = [...found.values()].filter(({ where }) => where !== 'named').map(({ name }) => name);
    const odd = seen.filter((name) => !named.includes(name));
    tell('named', colorScheme, odd.length === 0 && seen.length >= 8, odd);
  }
}
