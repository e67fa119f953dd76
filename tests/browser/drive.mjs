// Reads one JSON line a request on standard input, {"scenario", "base", "given"}; runs
// scenarios/<scenario>.mjs in a browser that stays open between requests; writes one JSON line a fact,
// {"fact", "where", "holds", "saw"}, then {"end", "facts"} or {"end", "error"}. Ends with its input.
import { createInterface } from 'node:readline';
import { launch } from './browser.mjs';

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const browser = await launch();
for await (const line of createInterface({ input: process.stdin })) {
  const { scenario, base, given } = JSON.parse(line);
  let facts = 0;
  // `saw` is what contradicts the fact, or what was measured.
  const tell = (fact, where, holds, saw) => {
    facts += 1;
    say({ fact, where, holds: Boolean(holds), saw });
  };
  try {
    const { default: run } = await import(`./scenarios/${scenario}.mjs`);
    await run({ browser, base, given, tell });
    say({ end: scenario, facts });
  } catch (error) {
    say({ end: scenario, facts, error: error.stack });
  }
  for (const context of browser.contexts()) await context.close();
}
await browser.close();
