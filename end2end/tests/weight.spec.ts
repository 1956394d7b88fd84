import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { sitePackage } from '../support/docket';
import { people, ready, signIn } from '../support/people';
import { expect, test, world } from '../support/test';

// What the browser loads for each page, and how much it may be. `WEIGHT=write npx playwright test weight` writes the tables into docs/measurements.md.
const here = world();

/** Bytes over the line, with headers, and requests. */
interface Load {
  bytes: number;
  requests: number;
}

/** A page, who opens it, where from, and what it may weigh in kB. */
interface Weighed {
  name: string;
  address: string;
  person: string;
  from: string;
  cold: number;
  next: number;
}

const pages: Weighed[] = [
  { name: 'catalog', address: '/', person: people.lena, from: '/requests', cold: 332, next: 15 },
  { name: 'request dialog', address: '/request/new-starter', person: people.lena, from: '/', cold: 605, next: 282 },
  { name: 'request', address: '/requests/', person: people.lena, from: '/requests', cold: 662, next: 268 },
  { name: 'my requests', address: '/requests', person: people.lena, from: '/', cold: 465, next: 133 },
  { name: 'inbox', address: '/inbox', person: people.samir, from: '/', cold: 690, next: 356 },
  { name: 'work', address: '/work', person: people.daniel, from: '/', cold: 640, next: 302 },
  { name: 'notifications', address: '/notifications', person: people.samir, from: '/', cold: 468, next: 135 },
  { name: 'profile', address: '/profile', person: people.samir, from: '/', cold: 524, next: 192 },
  { name: 'time away', address: '/profile/away', person: people.samir, from: '/profile', cold: 546, next: 148 },
  { name: 'audit log', address: '/audit', person: people.priya, from: '/', cold: 492, next: 166 },
  { name: 'connectors', address: '/connectors', person: people.priya, from: '/', cold: 540, next: 215 },
];

/** Requests of any page without anything at hand, and of one that is loaded again. */
const COLD_REQUESTS = 24;
const RELOAD: Load = { bytes: 25_000, requests: 7 };

/** Brotli kB of WebAssembly for the first page, and for what each group of pages adds. */
const FIRST_MODULE = 231;
const GROUPS: Record<string, number> = {
  access: 178,
  account: 182,
  ask: 272,
  away: 209,
  connector: 213,
  decide: 342,
  deliveries: 207,
  dialogs: 180,
  doors: 93,
  form: 200,
  invitations: 107,
  mine: 107,
  organization: 160,
  people: 182,
  request: 334,
  settings: 205,
  share: 124,
  sign_in: 78,
  tokens: 112,
  work: 290,
};

/** Counts what a tab loads; the live stream, which never ends, is a request without weight. */
class Scale {
  private load: Load = { bytes: 0, requests: 0 };
  private open = new Set<string>();

  static async on(page: Page): Promise<Scale> {
    const scale = new Scale();
    const devtools = await page.context().newCDPSession(page);
    devtools.on('Network.requestWillBeSent', ({ requestId, request }) => {
      if (!request.url.startsWith('http')) return;
      scale.load.requests += 1;
      if (!request.url.endsWith('/live')) scale.open.add(requestId);
    });
    devtools.on('Network.requestServedFromCache', ({ requestId }) => {
      scale.load.requests -= 1;
      scale.open.delete(requestId);
    });
    devtools.on('Network.responseReceived', ({ requestId, response }) => {
      // What the browser kept is not asked for.
      if (response.fromDiskCache && scale.open.has(requestId)) scale.load.requests -= 1;
    });
    devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      scale.load.bytes += encodedDataLength;
      scale.open.delete(requestId);
    });
    devtools.on('Network.loadingFailed', ({ requestId }) => scale.open.delete(requestId));
    await devtools.send('Network.enable');
    return scale;
  }

  /** What was loaded since the last time, once nothing is under way. */
  async read(): Promise<Load> {
    await expect.poll(() => [...this.open], { intervals: [200] }).toEqual([]);
    const load = this.load;
    this.load = { bytes: 0, requests: 0 };
    return load;
  }
}

/** A browser profile that has nothing but the person's session. */
async function profile(browser: Browser, email: string): Promise<BrowserContext> {
  const door = await browser.newContext();
  await signIn(await door.newPage(), here.docket.url, email);
  const storageState = await door.storageState();
  await door.close();
  return browser.newContext({ storageState });
}

/** Follows a link inside the site. */
async function follow(page: Page, address: string): Promise<void> {
  await page.evaluate((href) => {
    const link = Object.assign(document.createElement('a'), { href });
    document.body.append(link);
    link.click();
    link.remove();
  }, address);
  await page.waitForURL(`${here.docket.url}${address}`);
}

const kilo = (bytes: number) => Math.round(bytes / 1000);

test('pages load little, in few pieces, and hardly anything twice', async ({ browser }) => {
  test.setTimeout(300_000);
  const { url } = here.docket;
  const lines = ['| page | cold | going on to it | loaded again |', '|---|---|---|---|'];
  for (const weighed of pages) {
    let { address } = weighed;
    let context = await profile(browser, weighed.person);
    if (address.endsWith('/requests/')) {
      const answer = await context.request.post(`${url}/call/requests/mine`, { data: { filter: 'all', after: null }, headers: { origin: url } });
      address += ((await answer.json()) as { rows: { number: string }[] }).rows[0]?.number;
    }
    let page = await context.newPage();
    let scale = await Scale.on(page);
    await page.goto(url + address);
    await ready(page);
    const cold = await scale.read();
    await page.reload();
    await ready(page);
    const again = await scale.read();
    await context.close();

    context = await profile(browser, weighed.person);
    page = await context.newPage();
    scale = await Scale.on(page);
    await page.goto(url + weighed.from);
    await ready(page);
    await scale.read();
    await follow(page, address);
    const next = await scale.read();
    await context.close();

    const told = (load: Load) => `${kilo(load.bytes)} kB, ${load.requests} request${load.requests === 1 ? '' : 's'}`;
    const from = pages.find((other) => other.address === weighed.from)?.name;
    lines.push(`| ${weighed.name} | ${told(cold)} | ${told(next)} (from ${from}) | ${told(again)} |`);
    expect.soft(kilo(cold.bytes), `${weighed.name}, cold`).toBeLessThanOrEqual(weighed.cold);
    expect.soft(cold.requests, `${weighed.name}, requests cold`).toBeLessThanOrEqual(COLD_REQUESTS);
    expect.soft(kilo(next.bytes), `${weighed.name}, after ${from}`).toBeLessThanOrEqual(weighed.next);
    expect.soft(again.bytes, `${weighed.name}, loaded again`).toBeLessThanOrEqual(RELOAD.bytes);
    expect.soft(again.requests, `${weighed.name}, requests loaded again`).toBeLessThanOrEqual(RELOAD.requests);
  }
  table('pages', lines);
});

test('each group of pages keeps to its budget', () => {
  const folder = sitePackage();
  const weigh = (file: string) => readFileSync(join(folder, `${file}.br`)).length;
  const groups = JSON.parse(readFileSync(join(folder, '__wasm_split_manifest.json'), 'utf8')) as Record<string, string[]>;
  const first = weigh('docket_bg.wasm');
  expect.soft(kilo(first), 'the first module').toBeLessThanOrEqual(FIRST_MODULE);
  const lines = ['| WebAssembly | brotli | files |', '|---|---|---|', `| the first module: the catalog, and what all pages share | ${kilo(first)} kB | 1 |`];
  for (const [group, files] of Object.entries(groups).sort()) {
    const size = kilo(files.map((file) => weigh(`${file}.wasm`)).reduce((sum, bytes) => sum + bytes, 0));
    lines.push(`| what \`${group}\` adds | ${size} kB | ${files.length} |`);
    expect.soft(size, `group ${group}`).toBeLessThanOrEqual(GROUPS[group] ?? 0);
  }
  expect.soft(Object.keys(groups).sort(), 'a group that has a budget').toEqual(Object.keys(GROUPS).sort());
  const all = new Set(Object.values(groups).flat());
  lines.push(`| all parts | ${kilo([...all].map((file) => weigh(`${file}.wasm`)).reduce((sum, bytes) => sum + bytes, 0))} kB | ${all.size} |`);
  table('groups', lines);
});

/** Prints a table; writes it between its marks in docs/measurements.md, when that is asked for. */
function table(name: string, lines: string[]): void {
  console.log(`\n${lines.join('\n')}\n`);
  if (process.env.WEIGHT !== 'write') return;
  const page = resolve(import.meta.dirname, '../../docs/measurements.md');
  const text = readFileSync(page, 'utf8');
  const marks = new RegExp(`(<!-- weight: ${name} -->\n)[^<]*(<!-- -->)`);
  expect(marks.test(text), `docs/measurements.md has marks for ${name}`).toBe(true);
  writeFileSync(page, text.replace(marks, `$1${lines.join('\n')}\n$2`));
}
