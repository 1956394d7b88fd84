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

test('no page has to be scrolled sideways from 360 to 1600 px', async ({ visit }) => {
  const { docket } = here;
  const samir = await visit(docket, people.samir);
  await go(samir, `${docket.url}/leadership`);
  const request = await samir.locator('a[href^="/requests/"]').first().getAttribute('href');
  for (const path of ['/', '/?q=nothing-like-it', '/request/new-starter', '/request/laptop-repair', '/requests', `${request}`, '/inbox', '/leadership', '/profile', '/nowhere']) {
    await go(samir, `${docket.url}${path}`);
    for (const width of [360, 390, 640, 832, 1216, 1600]) {
      await samir.setViewportSize({ width, height: 900 });
      await fits(samir, path);
    }
  }
});
