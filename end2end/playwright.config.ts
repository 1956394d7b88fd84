import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests',
  globalSetup: './support/seed.ts',
  // One at a time: the journeys share one webhook receiver, as the demo organization names one address.
  workers: 1,
  // A journey that fails is tried once more; the run names it as flaky.
  retries: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    timezoneId: 'UTC',
    locale: 'en-GB',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // The order in date fields is that of the browser's own language.
      env: { ...process.env, LANGUAGE: 'en_US', LANG: 'en_US.UTF-8' } as Record<string, string>,
      args: [
        '--lang=en-US',
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
