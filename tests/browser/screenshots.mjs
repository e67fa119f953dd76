// For people: node tests/browser/screenshots.mjs [FOLDER]
// writes a picture of every page of the demonstration and of every mail, in both schemes, 1366×768 and
// 360 wide, to FOLDER (target/screenshots where none is named). Needs `cargo build` and what tests/run
// installs; VIGIE names another binary than target/debug/vigie.
import { spawn, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { launch, open, pages, SCHEMES } from './browser.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VIGIE = resolve(process.env.VIGIE ?? join(ROOT, 'target/debug/vigie'));
const FOLDER = resolve(process.argv[2] ?? join(ROOT, 'target/screenshots'));
const NOW = '2026-11-23T09:33:00+01:00';
const MAILS = ['E1', 'E1b', 'E1c', 'E1d', 'E2', 'E3', 'E4', 'E9', 'E9b', 'E10'];
const SIZES = [
  { width: 1366, height: 768 },
  { width: 360, height: 740 },
];

const temp = mkdtempSync(join(tmpdir(), 'vigie-screenshots-'));
const demo = spawn(VIGIE, ['demo', '--now', NOW, '--dir', join(temp, 'demo')], { stdio: ['ignore', 'pipe', 'inherit'] });
const ended = new Promise((done) => demo.once('exit', done));
let browser;
try {
  let base;
  for await (const line of createInterface({ input: demo.stdout })) {
    base ??= line.match(/http:\/\/[\d.]+:\d+/)?.[0];
    if (line.startsWith('Ctrl-C')) break;
  }
  if (!base) throw new Error('the demonstration does not start');
  mkdirSync(FOLDER, { recursive: true });
  browser = await launch();
  const all = await pages(browser, base);
  const served = Object.fromEntries(
    MAILS.map((mail) => [
      `http://mail.invalid/${mail}`,
      execFileSync(VIGIE, ['reply', '--sample', mail, '--html', '--now', NOW], { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }),
    ]),
  );
  const shots = [...all.map((path) => base + path), ...Object.keys(served)];
  for (const viewport of SIZES) {
    for (const colorScheme of SCHEMES) {
      const { context } = await open(browser, base, { served, viewport, colorScheme });
      const page = await context.newPage();
      for (const url of shots) {
        const { pathname, search } = new URL(url);
        const name = (pathname + search).replace(/[^\w-]+/g, '_').replace(/^_+/, '') || 'dossiers';
        await page.goto(url);
        await page.screenshot({ path: join(FOLDER, `${name}-${viewport.width}-${colorScheme}.png`), fullPage: true });
      }
      await context.close();
    }
  }
  console.log(`${shots.length * SIZES.length * SCHEMES.length} pictures in ${FOLDER}`);
} finally {
  await browser?.close();
  demo.kill('SIGTERM');
  await ended;
  rmSync(temp, { recursive: true, force: true });
}
