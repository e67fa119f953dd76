// W-09 and W-11: bytes of a first visit, layout shift, nodes.
import { dossiers, open, pages } from '../browser.mjs';

const MOST = { wire: 60_000, html: 40_000, css: 16_000, js: 8_000, nodes: 3_000 };

export default async function weight({ browser, base, tell }) {
  const all = await pages(browser, base);
  for (const path of all) {
    // A context of its own has a cold cache.
    const { context } = await open(browser, base);
    await context.addInitScript(() => {
      window.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shift += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    const page = await context.newPage();
    const came = [];
    page.on('response', (response) => came.push(response));
    await page.goto(base + path);
    const raw = { html: 0, css: 0, js: 0 };
    let wire = 0;
    for (const response of came) {
      const kind = { document: 'html', stylesheet: 'css', script: 'js' }[response.request().resourceType()];
      const { responseBodySize, responseHeadersSize } = await response.request().sizes();
      wire += responseBodySize + responseHeadersSize;
      if (kind) raw[kind] += (await response.body()).length;
    }
    // What is rendered by now has been painted twice.
    const { shift, nodes } = await page.evaluate(async () => {
      for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
      return { shift: window.shift, nodes: document.querySelectorAll('*').length };
    });
    if (dossiers(all).includes(path)) {
      tell('first-visit', path, raw.html > 0 && wire <= MOST.wire, wire);
      tell('html', path, raw.html <= MOST.html, raw.html);
    }
    tell('css', path, raw.css > 0 && raw.css <= MOST.css, raw.css);
    tell('js', path, raw.js <= MOST.js, raw.js);
    tell('still', path, shift === 0, shift);
    tell('nodes', path, nodes <= MOST.nodes, nodes);
    await context.close();
  }
}
