import { devices } from '@playwright/test';
import { fits } from '../support/axe';
import { approved, fileContractor } from '../support/form';
import { go, people } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();
const { defaultBrowserType: _, ...phone } = devices['iPhone 13'];
const options = { ...phone, userAgent: undefined, viewport: { width: 390, height: 844 } };

test('the main job at 390 px', async ({ visit }) => {
  const { docket, receiver } = here;
  const lena = await visit(docket, people.lena, options);
  const number = await fileContractor(lena, docket.url, 'Mo Bile');
  await fits(lena, 'the request');
  for (const step of ['person', 'access', 'review']) {
    await go(lena, `${docket.url}/request/new-starter?step=${step}`);
    await fits(lena, `step ${step}`);
  }
  await go(lena, `${docket.url}/`);
  await fits(lena, 'the catalog');
  await lena.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'My requests' }).click();
  await expect(lena.getByRole('heading', { name: 'My requests' })).toBeVisible();
  await fits(lena, 'my requests');

  for (const email of [people.ruth, people.samir]) {
    const approver = await visit(docket, email, options);
    await approver.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: /Inbox/ }).click();
    await expect(approver.getByRole('heading', { name: 'Inbox' })).toBeVisible();
    await fits(approver, 'the inbox');
    await approver.getByRole('link', { name: new RegExp(number.split('-')[1] ?? number) }).click();
    await expect(approver.locator('.serial')).toHaveText(number);
    await fits(approver, 'the request in the inbox');
    await approver.getByRole('button', { name: /^Approve/ }).click();
    await approved(approver, number);
  }
  expect(await receiver.about(number)).toHaveLength(1);
  await go(lena, `${docket.url}/requests/${number}`);
  await expect(lena.locator('.timeline')).toContainText(/service.desk has taken the request/i);
});

test('no page has to be scrolled sideways from 320 to 1600 px', async ({ visit }) => {
  const { docket } = here;
  const samir = await visit(docket, people.samir);
  await go(samir, `${docket.url}/leadership`);
  const request = await samir.locator('a[href^="/requests/"]').first().getAttribute('href');
  for (const path of ['/', '/?q=nothing-like-it', '/request/new-starter', '/request/laptop-repair', '/requests', `${request}`, '/inbox', '/leadership', '/profile', '/nowhere']) {
    await go(samir, `${docket.url}${path}`);
    for (const width of [320, 360, 390, 640, 832, 1216, 1600]) {
      await samir.setViewportSize({ width, height: 900 });
      await fits(samir, path);
    }
  }
});

test('at 320 px the status stays on the sheet of its request', async ({ visit }) => {
  const { docket } = here;
  const samir = await visit(docket, people.samir, { viewport: { width: 320, height: 700 } });
  await go(samir, `${docket.url}/leadership`);
  const request = await samir.locator('a[href^="/requests/"]').first().getAttribute('href');
  await go(samir, `${docket.url}${request}`);
  const sheet = await samir.locator('.docket__sheet').boundingBox();
  const status = await samir.locator('.docket__stub-status').boundingBox();
  expect(sheet && status && status.x >= sheet.x && status.x + status.width <= sheet.x + sheet.width).toBe(true);
});

test('in forced colours what is open is marked, and what is off looks off', async ({ visit }) => {
  const { docket } = here;
  const samir = await visit(docket, people.samir, { forcedColors: 'active', viewport: { width: 1440, height: 900 } });
  await go(samir, `${docket.url}/inbox`);
  const style = (selector: string, name: string) =>
    samir.locator(selector).first().evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), name);
  /** A system colour as the browser draws it. */
  const system = (colour: string) =>
    samir.evaluate((colour) => {
      const probe = document.body.appendChild(document.createElement('span'));
      probe.style.color = colour;
      const drawn = getComputedStyle(probe).color;
      probe.remove();
      return drawn;
    }, colour);
  for (const selector of ['.inrow.is-open', '.nav__link[aria-current]']) {
    expect(await style(selector, 'outline-style'), selector).toBe('solid');
    expect(await style(selector, 'outline-color'), selector).toBe(await system('Highlight'));
  }
  await expect(samir.locator('.split__list .live')).toHaveAttribute('data-state', 'live');
  expect(await style('.split__list .live__dot', 'background-color'), 'the Live dot').toBe(await system('Highlight'));
  await go(samir, `${docket.url}/notifications/settings`);
  expect(await style('.switch:disabled', 'border-top-color')).toBe(await system('GrayText'));
  expect(await style('.switch:enabled:not(:checked)', 'border-top-color')).not.toBe(await system('GrayText'));
});
