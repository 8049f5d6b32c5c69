import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds serious or critical on the page, each as a line; WCAG 2.2 A and AA. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger, so that the page's own policy stays as strict as it is.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run: (options: object) => Promise<{
          violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[];
        }>;
      };
    };
    const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
  });
}
