import { defineConfig } from '@playwright/test';
import journeys from './playwright.config';

/** Measurements: `./bench usable` runs them. They print what they find and hold no budget: these machines are shared.
 * What they look for and do not find ends them after half a minute. */
export default defineConfig({ ...journeys, testDir: 'measures', retries: 0, timeout: 900_000, use: { ...journeys.use, actionTimeout: 30_000 }, reporter: [['line']] });
