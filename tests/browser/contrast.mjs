// W-02: the contrast of every pair of colours in use, computed, in both schemes. Pairs that need a click
// to be seen are named; each other one is found on the pages. `--line` parts what blanks part already: it
// says nothing, and WCAG 1.4.11 asks nothing of it.
import { contrasts } from './measure.mjs';

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

const NAMED = TEXT.map((pair) => pair.join(' on '));
const EDGES = BORDERS.map((pair) => pair.join(' on '));

// Adds the pairs of the page that is shown to `found`, with where each was really seen, if it was.
export async function collect(page, path, found) {
  for (const pair of await page.evaluate(contrasts, [...TEXT, ...BORDERS])) {
    const seen = pair.where === 'named' ? null : `${path} ${pair.where}`;
    if (!found.get(pair.name)?.seen) found.set(pair.name, { ratio: pair.ratio, seen });
  }
}

export function judge(colorScheme, found, tell) {
  for (const [name, { ratio, seen }] of found) {
    const told = `${colorScheme} ${name}`;
    if (EDGES.includes(name)) tell('border', told, ratio >= 3, ratio);
    if (NAMED.includes(name) || seen) tell('text', told, ratio >= 4.5, `${ratio} ${seen}`);
  }
  const seen = [...found.keys()].filter((name) => found.get(name).seen);
  const odd = seen.filter((name) => !NAMED.includes(name));
  tell('named', colorScheme, odd.length === 0 && seen.length >= 8, odd);
}
