// axe-core with the tags of experience.md 5.1.
import axe from 'axe-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// What axe finds wrong, one line a place; what it can't decide counts too, but for contrast, which is
// computed elsewhere (W-02). `without` names rules that don't apply, each argued where it is named.
export async function faults(page, without = []) {
  if (await page.evaluate(() => !window.axe)) await page.evaluate(axe.source);
  const found = await page.evaluate(
    ({ tags, without }) =>
      window.axe.run(document, {
        runOnly: { type: 'tag', values: tags },
        rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
        resultTypes: ['violations', 'incomplete'],
      }),
    { tags: TAGS, without },
  );
  const undecided = found.incomplete.filter((rule) => rule.id !== 'color-contrast');
  return [...found.violations, ...undecided].flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary ?? rule.help}`),
  );
}
