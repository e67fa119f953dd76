// Debian's Chromium, one process for all scenarios. Nothing leaves the origin under test: every other
// request is stopped here and counted, and the resolver knows loopback only, should one slip by.
import { chromium } from 'playwright-core';
import { existsSync } from 'node:fs';

const BINARY = ['/usr/bin/chromium', '/usr/bin/chromium-headless-shell'].find(existsSync);

export const SCHEMES = ['light', 'dark'];

export async function launch() {
  if (!BINARY) throw new Error('no Chromium: apt-get install chromium (tests/run does)');
  const args = [
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-default-browser-check',
    '--disable-dev-shm-usage',
    '--disable-gpu',
    '--disable-software-rasterizer',
    '--disable-features=Translate,OptimizationHints,MediaRouter',
  ];
  // Chromium refuses its own sandbox to root; what is shown here is ours.
  const root = process.getuid?.() === 0;
  return chromium.launch({ executablePath: BINARY, args, chromiumSandbox: !root });
}

// A context that reaches `base` only. `served` maps addresses to HTML that stands in no server;
// `foreign` and `refused` are what was asked of others and what the page's own policy stopped.
export async function open(browser, base, { served = {}, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1366, height: 768 },
    locale: 'fr-FR',
    timezoneId: 'Europe/Paris',
    serviceWorkers: 'block',
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const foreign = [];
  const refused = [];
  await context.route('**/*', (route) => {
    const url = route.request().url();
    if (url in served) {
      return route.fulfill({ contentType: 'text/html; charset=utf-8', body: served[url] });
    }
    if (base && new URL(url).origin === new URL(base).origin) return route.continue();
    foreign.push(url);
    return route.abort();
  });
  await context.routeWebSocket('**/*', (socket) => {
    foreign.push(socket.url());
    socket.close();
  });
  await context.exposeFunction('tellRefused', (what) => refused.push(what));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      window.tellRefused(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  return { context, foreign, refused };
}

// The console's pages: what links lead to from the first one, and those that no link leads to.
const UNLINKED = ['/quarantine', '/recherche?q=carto', '/d/INC-26-99999', '/nulle-part'];

const known = new Map();

// Each dossier is looked at; of what can be opened beside one, the first of its kind stands for all.
const DOSSIER = /^\/d\/INC-[\d-]+$/;
const kind = (path) => path.replace(/INC-[\d-]+/g, 'REF').replace(/avant=.*/, 'avant');

// Walked once for each console.
export async function pages(browser, base) {
  if (!known.has(base)) known.set(base, await walk(browser, base));
  return known.get(base);
}

async function walk(browser, base) {
  const { context } = await open(browser, base);
  const page = await context.newPage();
  const found = ['/', ...UNLINKED];
  const kinds = new Set();
  for (let at = 0; at < found.length; at += 1) {
    await page.goto(base + found[at]);
    const links = await page.$$eval('a[href]', (all) => all.map((link) => link.href));
    for (const link of links) {
      const url = new URL(link);
      const path = url.pathname + url.search;
      // What is saved, not shown, is no page.
      // One search stands for all: each leads to others.
      const is_page = url.origin === new URL(base).origin && !/\.eml$|^\/recherche/.test(path);
      const is_new = DOSSIER.test(path) ? !found.includes(path) : !kinds.has(kind(path)) && !found.includes(path);
      if (is_page && is_new) {
        kinds.add(kind(path));
        found.push(path);
      }
    }
  }
  await context.close();
  return found;
}

export const dossiers = (all) => all.filter((path) => DOSSIER.test(path) && !UNLINKED.includes(path));
