import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** No finding of axe, in the theme that is on. */
export async function accessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  const found = violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
  expect.soft(found, what).toEqual([]);
}

/** Nothing has to be scrolled sideways. */
export async function fits(page: Page, what: string): Promise<void> {
  const { wide, width } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const inScroller = (element: Element) => {
      for (let at = element.parentElement; at; at = at.parentElement) {
        if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(at).overflowX) && at !== document.body) return true;
      }
      return false;
    };
    const over = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > width + 1 && !inScroller(e));
    const wide = document.documentElement.scrollWidth > width ? over.slice(0, 5).map((e) => e.outerHTML.slice(0, 120)) : [];
    return { wide: document.documentElement.scrollWidth > width ? [`${document.documentElement.scrollWidth} px`, ...wide] : [], width };
  });
  expect.soft(wide, `${what} at ${width} px`).toEqual([]);
}
