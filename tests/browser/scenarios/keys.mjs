// Part of W-03, W-06 and W-21: a ticket is found, doubted, confirmed, validated and taken back by single
// letters, and a letter that is typed into a form is none.
import { open } from '../browser.mjs';

export default async function keys({ browser, base, tell }) {
  const { context } = await open(browser, base);
  const page = await context.newPage();
  const here = () => page.url().slice(base.length);
  const focus = () =>
    page.evaluate(() => {
      const one = document.activeElement;
      return one.name || one.id || one.dataset.key || one.textContent.trim();
    });
  const said = () => page.evaluate(() => document.querySelector('.said')?.textContent.trim() ?? '');
  // Presses a key that leads to another page.
  const go = async (key) => {
    await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.keyboard.press(key)]);
    await page.evaluate(() => new Promise((done) => setTimeout(done, 50)));
  };
  await page.goto(`${base}/`);
  tell('the-first-row', 'list', /^INC-/.test(await focus()), await focus());
  for (let row = 0; row < 3; row += 1) await page.keyboard.press('j');
  const ticket = await focus();
  await go('Enter');
  tell('opened', ticket, here() === `/d/${ticket}`, here());
  tell('the-first-doubt', ticket, (await focus()) === 'f-9', await focus());
  await go('v');
  tell('doubt-first', ticket, here() === `/d/${ticket}?fait=doute#f-9`, here());
  await go('Enter');
  tell('confirmed', ticket, here().endsWith('fait=champ.feature#f-10') && (await focus()) === 'f-10', here());
  await go('Enter');
  await go('v');
  tell('validated', ticket, here().endsWith(`fait=etat.${ticket}`) && !here().startsWith(`/d/${ticket}`), here());
  await go('z');
  tell('undone', ticket, (await said()).includes('à relire'), await said());
  await page.keyboard.press('k');
  await go('c');
  tell('opens-a-form', ticket, here().includes('?champ=') && (await focus()) === 'valeur', await focus());
  const form = here();
  await page.keyboard.press('x');
  tell('typed-letters-are-no-keys', ticket, here() === form, here());
  await go('Escape');
  tell('left', ticket, !here().includes('champ='), here());
  await page.keyboard.press('f');
  tell('seek', ticket, (await focus()) === 'q', await focus());
  await page.keyboard.press('v');
  tell('typed-letters-are-no-keys', 'seek', !here().includes('fait=etat'), here());
  await context.close();
}
