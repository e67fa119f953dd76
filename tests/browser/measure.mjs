// What is measured on a page, in the page.

// How far the page scrolls sideways, and what sticks out.
export function sideways() {
  const root = document.documentElement;
  const over = root.scrollWidth - root.clientWidth;
  if (over <= 0) return null;
  const out = [...document.body.querySelectorAll('*')]
    .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 0.5)
    .map((one) => `${one.localName}.${one.className} ${one.textContent.trim().slice(0, 40)}`);
  return { over, out: out.slice(-3) };
}

// Every pair of text colour and background that is visible, with its contrast (WCAG 2.2, 1.4.3) and the
// names of the custom properties behind both colours; `named` pairs are added, seen or not.
export function contrasts(named) {
  // Whatever way a colour is written, a canvas gives its bytes.
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const bytes = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  // What the browser paints where nothing is painted: a word of CSS that only an element knows.
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.backgroundColor = 'Canvas';
  const ground = getComputedStyle(probe).backgroundColor;
  probe.remove();
  const style = getComputedStyle(document.documentElement);
  const tokens = new Map();
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      for (const name of rule.style ?? []) {
        if (name.startsWith('--')) tokens.set(String(bytes(style.getPropertyValue(name))), name);
      }
    }
  }
  const called = (colour) => tokens.get(String(colour)) ?? `rgba(${colour})`;
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = bytes(getComputedStyle(one).backgroundColor);
      if (colour[3] === 255) return colour;
      if (colour[3] !== 0) return null;
    }
    return bytes(ground);
  };
  const pairs = new Map();
  const add = (text, back, where) => {
    const name = `${called(text)} on ${back ? called(back) : 'a translucent ground'}`;
    if (!pairs.has(name)) pairs.set(name, { name, ratio: back ? ratio(text, back) : 0, where });
  };
  for (const details of document.querySelectorAll('details')) details.open = true;
  for (const element of document.body.querySelectorAll('*')) {
    if (!element.checkVisibility()) continue;
    const wrote = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (wrote) add(bytes(getComputedStyle(element).color), behind(element), element.localName);
    for (const pseudo of ['::before', '::after']) {
      const made = getComputedStyle(element, pseudo);
      if (!['none', 'normal', '""'].includes(made.content)) {
        add(bytes(made.color), behind(element), element.localName + pseudo);
      }
    }
  }
  for (const [text, back] of named) {
    add(bytes(style.getPropertyValue(text)), bytes(style.getPropertyValue(back)), 'named');
  }
  return [...pairs.values()];
}
