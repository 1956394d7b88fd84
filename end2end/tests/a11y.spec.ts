import type { Page } from '@playwright/test';
import { accessible } from '../support/axe';
import { fillPerson, proceed, serverHas, step, summary } from '../support/form';
import { go, people, ready } from '../support/people';
import { expect, test, world } from '../support/test';

const here = world();

for (const theme of ['light', 'dark'] as const) {
  test.describe(theme, () => {
    const options = { colorScheme: theme };

    test('signing in', async ({ browser, watch }) => {
      const context = await browser.newContext(options);
      watch(context);
      const page = await context.newPage();
      await go(page, `${here.docket.url}/sign-in`);
      await accessible(page, 'sign-in');
      await go(page, `${here.docket.url}/sign-in?error=credentials&email=a%40b.example`);
      await accessible(page, 'sign-in with an error');
      await context.close();
    });

    test('the pages of a requester', async ({ visit }) => {
      const { docket } = here;
      const lena = await visit(docket, people.lena, options);
      for (const path of ['/', '/?q=acess', '/?q=nothing-like-it', '/requests', '/requests?show=finished', '/profile', '/nowhere', '/inbox']) {
        await go(lena, `${docket.url}${path}`);
        await accessible(lena, path);
      }
      await lena.keyboard.press('?');
      await expect(lena.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
      await accessible(lena, 'the keyboard help');
    });

    test('the request form, step by step', async ({ visit }) => {
      test.setTimeout(150_000);
      const { docket } = here;
      // Somebody else in each theme, so that the form is empty.
      const lena = await visit(docket, theme === 'light' ? people.lena : people.noor, options);
      await go(lena, `${docket.url}/request/new-starter`);
      await accessible(lena, 'first step');
      await proceed(lena);
      await expect(summary(lena)).toBeFocused();
      await accessible(lena, 'first step with errors');
      await fillPerson(lena, 'Axel Axe');
      await lena.getByRole('combobox', { name: 'Team' }).fill('s');
      await expect(lena.getByRole('option').first()).toBeVisible();
      await accessible(lena, 'an open list');
      await lena.getByRole('option').first().click();
      await proceed(lena);
      await expect(step(lena, 'What should they be able to use?')).toBeVisible();
      await lena.getByRole('radio', { name: 'Contractor' }).check();
      await lena.getByRole('checkbox', { name: 'Finance ledger' }).check();
      await lena.getByRole('checkbox', { name: 'Research storage' }).check();
      await proceed(lena);
      await expect(summary(lena)).toBeFocused();
      await accessible(lena, 'second step with errors');
      await serverHas(lena, 'new-starter', 'systems', ['ledger', 'storage']);
      for (const at of ['contractor', 'equipment', 'review']) {
        await go(lena, `${docket.url}/request/new-starter?step=${at}`);
        await accessible(lena, `step ${at}`);
      }
      // Every type of field is in one of these.
      for (const item of ['facility-issue', 'laptop-repair', 'generate-xml', 'unit-transfer', 'provision-vm', 'room-setup', 'software-access']) {
        await go(lena, `${docket.url}/request/${item}`);
        await accessible(lena, item);
      }
    });

    test('the pages of those who decide and work', async ({ visit }) => {
      test.setTimeout(240_000);
      const { docket } = here;
      const priya = await visit(docket, people.priya, options);
      for (const email of [people.samir, people.priya]) {
        const page = email === people.priya ? priya : await visit(docket, email, options);
        await go(page, `${docket.url}/inbox`);
        await expect(page.locator('.serial')).toBeVisible();
        await accessible(page, `the inbox of ${email}`);
        await go(page, `${docket.url}/leadership`);
        await accessible(page, `the leadership view of ${email}`);
      }
      // On a phone so high that nothing lies half below the tab bar: what does is scrolled up before it is tapped.
      for (const size of [{ width: 1280, height: 800 }, { width: 390, height: 9_000 }]) {
        await priya.setViewportSize(size);
        for (const path of ['/work', '/work?view=board', '/work?q=nothing-like-it', '/connectors', '/connectors?number=nothing', '/connectors/connectwise', '/connectors/new/smtp', '/people', '/people/invitations', '/people/import', '/groups', '/groups/life-sciences', '/settings', '/tokens', '/access', '/audit', '/audit?text=nothing-like-it', '/profile']) {
          await go(priya, `${docket.url}${path}`);
          await accessible(priya, `${path} at ${size.width}`);
        }
      }
      const samir = await visit(docket, people.samir, options);
      await go(samir, `${docket.url}/inbox`);
      await samir.getByRole('button', { name: /^Decline/ }).click();
      await expect(samir.getByLabel(/^Why you decline/)).toBeFocused();
      await samir.keyboard.press('Control+Enter');
      await expect(samir.locator('.decide')).toContainText('Write why you decline');
      await accessible(samir, 'the inbox with an error');
      await samir.keyboard.press('Escape');
      await samir.keyboard.press('a');
      await expect(samir.locator('.held__line')).toContainText('Approving');
      await accessible(samir, 'a decision that is held');
    });

    test('requests in every state', async ({ visit }) => {
      test.setTimeout(150_000);
      const { docket } = here;
      const seen = new Set<string>();
      const own = async (page: Page) => {
        const reply = await page.request.post(`${docket.url}/call/requests/mine`, { data: { filter: 'all', after: null }, headers: { origin: docket.url } });
        return ((await reply.json()) as { rows: { number: string; status: string }[] }).rows;
      };
      for (const name of ['noor.rahman', 'fatima.zahra', 'amara.okafor', 'hana.sato', 'chloe.martin', 'grace.nakamura']) {
        const page = await visit(docket, `${name}@northmoor.example`, options);
        for (const { number, status } of await own(page)) {
          if (seen.has(status)) continue;
          seen.add(status);
          await go(page, `${docket.url}/requests/${number}`);
          await accessible(page, `a request that is ${status}`);
        }
      }
      // A delivery that failed for good, as the one sees it who may send it again.
      const mina = await visit(docket, 'mina.park@northmoor.example', options);
      const failed = (await own(mina)).find((request) => request.status === 'in_progress');
      const priya = await visit(docket, people.priya, options);
      await go(priya, `${docket.url}/requests/${failed?.number}`);
      await expect(priya.getByRole('button', { name: 'Send again' })).toBeVisible();
      await accessible(priya, 'a failed delivery');
      expect([...seen].sort()).toEqual(expect.arrayContaining(['cancelled', 'completed', 'in_progress', 'needs_info', 'open', 'pending_approval', 'rejected']));
    });
  });
}

test('the theme switch holds on the next page', async ({ visit }) => {
  const { docket } = here;
  const lena = await visit(docket, people.lena, { colorScheme: 'light' });
  await lena.keyboard.press('t');
  await expect(lena.locator('html')).toHaveAttribute('data-theme', 'dark');
  await lena.reload();
  await ready(lena);
  await expect(lena.locator('html')).toHaveAttribute('data-theme', 'dark');
});
