import type { Browser, BrowserContext, CDPSession, Page } from '@playwright/test';
import { go, people, ready, signIn } from '../support/people';
import { expect, test, world } from '../support/test';

// How long until a page can be used, and how long it takes to answer: a processor four times slower, 10 Mbit/s, 40 ms.
const here = world({}, (docket) => docket.applyChanged('forms/facility-issue.yaml', longForm));

/** Each figure is the median of so many visits. */
const VISITS = 5;
const FIELDS = 60;
const ROWS = 25;
const APPROVALS = 10;

/** A form with a section of sixty questions in front. */
function longForm(text: string): string {
  const fields = Array.from({ length: FIELDS }, (_, at) => `      - { key: extra_${at + 1}, label: Extra ${at + 1}, type: text }`);
  return text.replace('sections:\n', `sections:\n  - key: extra\n    title: Extra\n    question: What else?\n    fields:\n${fields.join('\n')}\n`);
}

interface Measured {
  name: string;
  address: string;
  person: string;
  from: string;
}

const pages: Measured[] = [
  { name: 'catalog', address: '/', person: people.lena, from: '/requests' },
  { name: 'request dialog', address: '/request/new-starter', person: people.lena, from: '/' },
  { name: 'inbox', address: '/inbox', person: people.samir, from: '/' },
  { name: 'request', address: '/requests/', person: people.lena, from: '/requests' },
];

/** What a page notes about itself, from its first script on. */
interface Notes {
  readyAt: number;
  largestPaint: number;
  /** The longest event of each interaction, by its id. */
  interactions: Record<number, number>;
}

/** Runs in the page before anything of it. */
function takeNotes(): void {
  const notes: Notes = { readyAt: 0, largestPaint: 0, interactions: {} };
  Object.assign(window, { notes });
  const whenReady = () => {
    if (notes.readyAt === 0 && document.documentElement?.hasAttribute('data-ready')) notes.readyAt = performance.now();
  };
  new MutationObserver(whenReady).observe(document, { attributes: true, childList: true, subtree: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) notes.largestPaint = entry.startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { interactionId?: number })[]) {
      const id = entry.interactionId ?? 0;
      if (id !== 0) notes.interactions[id] = Math.max(notes.interactions[id] ?? 0, entry.duration);
    }
  }).observe({ type: 'event', buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
}

const readNotes = (page: Page) => page.evaluate(() => (window as unknown as { notes: Notes }).notes);

function median(values: number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

async function slowDown(page: Page): Promise<CDPSession> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', { offline: false, latency: 40, downloadThroughput: 1_250_000, uploadThroughput: 1_250_000 });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  return devtools;
}

/** A browser profile that has nothing but the person's session. */
async function profile(browser: Browser, email: string): Promise<BrowserContext> {
  const door = await browser.newContext();
  await signIn(await door.newPage(), here.docket.url, email);
  const storageState = await door.storageState();
  await door.close();
  const context = await browser.newContext({ storageState });
  await context.addInitScript(takeNotes);
  return context;
}

/** Milliseconds from a link to the page it leads to, on screen and with its heading. */
async function followTimed(page: Page, address: string): Promise<number> {
  return page.evaluate(async (href) => {
    const before = document.querySelector('main h1')?.textContent;
    const link = Object.assign(document.createElement('a'), { href });
    document.body.append(link);
    const from = performance.now();
    link.click();
    link.remove();
    const there = () => location.pathname === href && document.querySelector('main h1') !== null && document.querySelector('main h1')?.textContent !== before;
    while (!there()) await new Promise(requestAnimationFrame);
    return performance.now() - from;
  }, address);
}

test('time until a page can be used', async ({ browser }) => {
  const { url } = here.docket;
  const lines = ['| page | usable cold | usable warm | largest paint cold | next page |', '|---|---|---|---|---|'];
  for (const measured of pages) {
    const [cold, warm, paint, next]: number[][] = [[], [], [], []];
    for (let visit = 0; visit < VISITS; visit++) {
      const context = await profile(browser, measured.person);
      let { address } = measured;
      if (address.endsWith('/requests/')) {
        const answer = await context.request.post(`${url}/call/requests/mine`, { data: { filter: 'all', after: null }, headers: { origin: url } });
        address += ((await answer.json()) as { rows: { number: string }[] }).rows[0]?.number;
      }
      const page = await context.newPage();
      await slowDown(page);
      await go(page, url + address);
      const first = await readNotes(page);
      cold?.push(first.readyAt);
      paint?.push(first.largestPaint);
      await page.reload();
      await ready(page);
      warm?.push((await readNotes(page)).readyAt);
      await context.close();

      const other = await profile(browser, measured.person);
      const tab = await other.newPage();
      await slowDown(tab);
      await go(tab, url + measured.from);
      next?.push(await followTimed(tab, address));
      await other.close();
    }
    const told = (values: number[] = []) => `${(median(values) / 1000).toFixed(2)} s`;
    lines.push(`| ${measured.name} | ${told(cold)} | ${told(warm)} | ${told(paint)} | ${told(next)} (from ${measured.from}) |`);
  }
  console.log(`\n${lines.join('\n')}\n`);
});

test('time until an interaction is answered', async ({ browser }) => {
  const { url } = here.docket;
  const all: number[] = [];
  const lines = ['| interactions | how many | p75 | p98 |', '|---|---|---|---|'];
  const note = (name: string, values: number[]) => {
    lines.push(`| ${name} | ${values.length} | ${quantile(values, 0.75)} ms | ${quantile(values, 0.98)} ms |`);
    all.push(...values);
  };
  // An interaction of less than 16 ms leaves no entry: it counts as that.
  const measure = async (page: Page, times: number, interact: (at: number) => Promise<void>): Promise<number[]> => {
    const before = Object.keys((await readNotes(page)).interactions).length;
    for (let at = 0; at < times; at++) await interact(at);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100))));
    const slow = Object.values((await readNotes(page)).interactions).slice(before);
    return [...slow, ...Array<number>(Math.max(0, times - slow.length)).fill(16)];
  };

  let context = await profile(browser, people.lena);
  let page = await context.newPage();
  await go(page, `${url}/request/facility-issue`);
  await slowDown(page);
  await page.getByLabel('Extra 1 (optional)', { exact: true }).focus();
  note(`typing in a form of ${FIELDS} fields`, await measure(page, 65, () => page.keyboard.press('a')));
  await context.close();

  context = await profile(browser, people.daniel);
  page = await context.newPage();
  await go(page, `${url}/work`);
  await slowDown(page);
  const boxes = page.locator('.queue__check input');
  const rows = Math.min(ROWS, await boxes.count());
  expect(rows, 'rows to select').toBeGreaterThan(3);
  note('selecting rows of the work list', await measure(page, rows, (at) => boxes.nth(at).click()));
  await context.close();

  context = await profile(browser, people.samir);
  page = await context.newPage();
  await go(page, `${url}/inbox`);
  await slowDown(page);
  note('approving by the keyboard', await measure(page, APPROVALS, async () => page.keyboard.press('a')));
  await context.close();

  note('all', [...all]);
  console.log(`\n${lines.join('\n')}\n`);
});
