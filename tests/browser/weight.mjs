// W-09 and W-11: bytes of a visit, layout shift, nodes.

const MOST = { wire: 60_000, html: 40_000, css: 16_000, js: 8_000, nodes: 3_000 };

// Must run in each page before its own content.
export function watch_shift() {
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

// Of the page that has just been loaded with `came`, the responses: where requests are routed, nothing
// comes from a cache, so that each visit is a first one.
export async function weight(page, path, came, is_dossier, tell) {
  const raw = { html: 0, css: 0, js: 0 };
  let wire = 0;
  for (const response of came) {
    const kind = { document: 'html', stylesheet: 'css', script: 'js' }[response.request().resourceType()];
    const { responseBodySize, responseHeadersSize } = await response.request().sizes();
    wire += responseBodySize + responseHeadersSize;
    if (kind) raw[kind] += (await response.body()).length;
  }
  // After two frames, what was rendered has been painted.
  const { shift, nodes } = await page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    return { shift: window.shift, nodes: document.querySelectorAll('*').length };
  });
  if (is_dossier) {
    tell('first-visit', path, raw.html > 0 && wire >= raw.html + raw.css && wire <= MOST.wire, wire);
    tell('html', path, raw.html <= MOST.html, raw.html);
  }
  tell('css', path, raw.css > 0 && raw.css <= MOST.css, raw.css);
  tell('js', path, raw.js <= MOST.js, raw.js);
  tell('still', path, shift === 0, shift);
  tell('nodes', path, nodes <= MOST.nodes, nodes);
}
