import { test as base, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { Docket } from './docket';
import { ready, signIn } from './people';
import { Receiver } from './receiver';

export { expect };

type Visit = (docket: Docket, email: string, options?: Parameters<Browser['newContext']>[0]) => Promise<Page>;

/** A journey. It fails on any trouble in the browser: an exception, a panic, a mismatch at hydration, a refusal by the content policy. */
export const test = base.extend<{ watch: (context: BrowserContext) => void; visit: Visit }>({
  watch: async ({}, use) => {
    const trouble: string[] = [];
    await use((context) => {
      context.on('weberror', (error) => trouble.push(`${error.page()?.url()}: ${error.error().message}`));
      context.on('console', (message) => {
        // What the network refused is part of some journeys, which check it themselves.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) trouble.push(`${message.page()?.url()}: ${message.text()}`);
      });
    });
    expect(trouble, 'trouble in the browser').toEqual([]);
  },
  /** A page in a browser profile of its own, signed in. */
  visit: async ({ browser, watch }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (docket, email, options = {}) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      watch(context);
      const page = await context.newPage();
      await signIn(page, docket.url, email);
      await ready(page);
      return page;
    });
    for (const context of contexts) await context.close();
  },
});

/** A Docket and a webhook receiver for the journeys of one file. */
export class World {
  docket!: Docket;
  receiver!: Receiver;
}

/** Sets the world up before the journeys of a file, and takes it down after them. */
export function world(env: NodeJS.ProcessEnv = {}, before: (docket: Docket) => void = () => {}, start: NodeJS.ProcessEnv = {}): World {
  const world = new World();
  test.beforeAll(async () => {
    world.docket = await Docket.prepare(env);
    world.receiver = await Receiver.start();
    before(world.docket);
    await world.docket.start(start);
  });
  test.afterAll(async () => {
    await world.docket?.remove();
    await world.receiver?.stop();
  });
  return world;
}
