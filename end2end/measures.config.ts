import { defineConfig } from '@playwright/test';
import journeys from './playwright.config';

/** Measurements: `./bench usable` runs them. They print what they find and hold no budget: these machines are shared. */
export default defineConfig({ ...journeys, testDir: 'measures', retries: 0, timeout: 900_000, reporter: [['line']] });
