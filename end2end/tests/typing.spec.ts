import { devices, type Page } from '@playwright/test';
import { accessible, fits } from '../support/axe';
import { fillPerson, inDays, pick, proceed, step, summary } from '../support/form';
import { go, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();
const { defaultBrowserType: _, ...phone } = devices['iPhone 13'];
const narrow = { ...phone, userAgent: undefined, viewport: { width: 390, height: 844 } };

/** Opens a form at its first step, live, wherever an earlier draft is. */
async function open(page: Page, form = 'new-starter', first = 'person', question = 'Who is starting?'): Promise<void> {
  await go(page, `${here.docket.url}/request/${form}?step=${first}`);
  await expect(step(page, question)).toBeVisible();
  await ready(page);
}

test('no radio looks chosen until one is', async ({ visit }) => {
  const noor = await visit(here.docket, people.noor);
  await open(noor, 'facility-issue', 'fault', 'What is wrong?');
  const radios = noor.getByRole('group', { name: 'Kind of fault' }).getByRole('radio');
  const filled = () =>
    radios.evaluateAll((all) =>
      all.filter((radio) => getComputedStyle(radio, '::before').transform !== 'matrix(0, 0, 0, 0, 0, 0)').map((radio) => (radio as HTMLInputElement).value),
    );
  await expect(radios).toHaveCount(5);
  await expect.poll(filled).toEqual([]);
  await noor.getByRole('radio', { name: 'Power or light' }).check();
  await expect.poll(filled).toEqual(['power']);
});

test('what is typed letter by letter stays as it was typed', async ({ visit }) => {
  const noor = await visit(here.docket, people.noor);
  await open(noor);
  const email = noor.getByLabel('Email address');
  await email.pressSequentially('max@straße.de');
  await expect(email).toHaveValue('max@straße.de');
  await email.press('Home');
  await email.pressSequentially('eva.');
  await expect(email).toHaveValue('eva.max@straße.de');
  await expect(email).toHaveAttribute('inputmode', 'email');

  // Half of a date belongs to the field: the month and the day stay while the year is typed again.
  const day = noor.getByLabel('First day');
  await day.focus();
  await noor.keyboard.type('12312026');
  await expect(day).toHaveValue('2026-12-31');
  await noor.keyboard.press('Backspace');
  await expect(day).toHaveValue('');
  await noor.keyboard.type('2027');
  await expect(day).toHaveValue('2027-12-31');
});

test('what came along with a paste is in nobody’s way', async ({ visit }) => {
  const noor = await visit(here.docket, people.noor);
  await open(noor);
  await noor.getByLabel('Full name').fill('\u200b');
  await proceed(noor);
  await expect(summary(noor)).toContainText('Enter a full name');
  await fillPerson(noor, '\u2068Jonas Neumann\u2069');
  await noor.getByLabel('Email address').fill('\u200bjonas.new@coldline.example\u200b');
  await noor.getByLabel('Phone number').fill('\u202d+44 20 7946\u20130101 ext 12\u202c');
  await proceed(noor);
  await expect(step(noor, 'What should they be able to use?')).toBeVisible();

  const storage = noor.getByLabel('Research storage in TB');
  await noor.getByRole('checkbox', { name: 'Research storage' }).check();
  await expect(storage).toHaveAttribute('inputmode', 'decimal');
  await storage.fill('1,5');
  await storage.blur();
  await expect(storage).toHaveValue('1.5');
  await storage.fill('1,000');
  await storage.blur();
  await expect(noor.getByText('Research storage in TB can be read as 1000 or as 1. Enter the one you mean')).toBeVisible();
  await storage.fill('２，５');
  await storage.blur();
  await expect(storage).toHaveValue('2.5');
});

test('blanks and direction stay on screen as they were typed', async ({ visit }) => {
  const fatima = await visit(here.docket, people.fatima);
  await open(fatima);
  const name = fatima.getByLabel('Full name');
  await fillPerson(fatima, 'שלום (עולם)!');
  expect(await name.evaluate((input) => input.matches(':dir(rtl)'))).toBe(true);
  await proceed(fatima);
  await expect(step(fatima, 'What should they be able to use?')).toBeVisible();
  await fatima.getByRole('checkbox', { name: 'VPN' }).check();
  const reason = fatima.getByLabel('Why is this access needed?');
  await reason.fill('log:\n  at start\n    at main 👨‍👩‍👧‍👦');
  await expect(fatima.getByText('471 characters left')).toBeVisible();
  await go(fatima, `${here.docket.url}/request/new-starter?step=review`);
  await ready(fatima);
  const answer = fatima.locator('.answers dd', { hasText: 'at main' });
  expect(await answer.evaluate((dd) => (dd as HTMLElement).innerText)).toBe('log:\n  at start\n    at main 👨‍👩‍👧‍👦');
  const hebrew = fatima.locator('.answers dd', { hasText: 'שלום' });
  expect(await hebrew.evaluate((dd) => getComputedStyle(dd).unicodeBidi)).toBe('plaintext');
});

/** Whether all of each option can be seen and pressed, but for those further down in the list. */
async function reachable(page: Page): Promise<boolean> {
  return page.locator('.combobox__list:popover-open').evaluate((list) => {
    const box = list.getBoundingClientRect();
    const inside = box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
    const seen = [...list.querySelectorAll('.option')].filter((option) => {
      const { top, bottom } = option.getBoundingClientRect();
      return top >= box.top - 1 && bottom <= box.bottom + 1;
    });
    const pressable = seen.every((option) => {
      const { left, top, width, height } = option.getBoundingClientRect();
      return option.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    });
    return inside && seen.length > 1 && pressable;
  });
}

test('the list of the last field is above everything, follows the highlight, and opens on a click', async ({ visit }) => {
  const noor = await visit(here.docket, people.noor, { viewport: { width: 1280, height: 620 } });
  await open(noor);
  const team = noor.getByRole('combobox', { name: 'Team' });
  await team.click();
  const options = noor.getByRole('option');
  await expect(options.first()).toBeVisible();
  await expect.poll(() => reachable(noor)).toBe(true);
  const count = await options.count();
  for (let at = 0; at < count; at++) await team.press('ArrowDown');
  const last = options.nth(count - 1);
  await expect(last).toHaveClass(/is-active/);
  await expect(last).toBeInViewport({ ratio: 0.9 });
  await accessible(noor, 'an open list');
  await team.press('Enter');
  await expect(options).toHaveCount(0);

  await team.click();
  await expect(options.first()).toBeVisible();
  await noor.locator('.combobox__end').click();
  await expect(options).toHaveCount(0);
  await expect(team).toBeFocused();
  await noor.locator('.combobox__end').click();
  await expect(options.first()).toBeVisible();
  await team.press('Escape');
  await expect(options).toHaveCount(0);
  await expect(step(noor, 'Who is starting?')).toBeVisible();
});

test('a form has the whole screen of a phone', async ({ visit }) => {
  const noor = await visit(here.docket, people.noor, narrow);
  await open(noor);
  await expect(noor.getByRole('banner')).toBeHidden();
  await expect(noor.getByRole('navigation', { name: 'Sections' })).toBeHidden();
  await fits(noor, 'the form');
  const place = async (selector: string) => {
    const box = await noor.locator(selector).first().boundingBox();
    if (!box) throw new Error(`${selector} is not on screen`);
    return { top: Math.round(box.y), bottom: Math.round(box.y + box.height) };
  };
  const stays = async () => {
    expect((await place('.flow__head')).top).toBe(0);
    expect((await place('.flow__foot')).bottom).toBe(844);
    expect((await place('.flow__aside')).bottom).toBe((await place('.flow__foot')).top);
    await expect(noor.getByRole('link', { name: 'Save and close' }).first()).toBeInViewport({ ratio: 1 });
    await expect(noor.getByRole('button', { name: 'Continue' })).toBeInViewport({ ratio: 1 });
    await expect(noor.getByText('Who will approve this').first()).toBeInViewport({ ratio: 1 });
  };
  await stays();
  const team = noor.getByRole('combobox', { name: 'Team' });
  await team.scrollIntoViewIfNeeded();
  await stays();
  await pick(noor, 'Team', 'Life', 'Life Sciences');
  await noor.getByText('Who will approve this').first().click();
  await expect(noor.locator('.route')).toBeInViewport();
  await stays();
  await noor.getByText('Who will approve this').first().click();
  await noor.getByLabel('Full name').fill('Jo Neumann');
  await noor.getByLabel('Email address').fill('jo@coldline.example');
  await noor.getByLabel('First day').fill(inDays(7));
  await proceed(noor);
  await expect(step(noor, 'What should they be able to use?')).toBeVisible();
  await accessible(noor, 'the form on a phone');
});
