// outbox.ts when the process that draws the tab is killed: no pagehide, no beacon, no farewell.
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

test.use({
  launchOptions: [
    async ({ launchOptions, browserName }, use, { project, parallelIndex }) => {
      if (browserName === 'chromium') return use(launchOptions);
      // Playwright has Firefox end itself when a tab crashes. A visitor's Firefox goes on, and so must this one.
      mkdirSync(project.outputDir, { recursive: true });
      const executablePath = join(project.outputDir, `firefox-that-outlives-its-tabs-${parallelIndex}`);
      const program = launchOptions.executablePath ?? '';
      writeFileSync(executablePath, `#!/bin/sh\nunset MOZ_CRASHREPORTER_SHUTDOWN\nexec '${program}' "$@"\n`);
      chmodSync(executablePath, 0o755);
      return use({ ...launchOptions, executablePath });
    },
    { scope: 'worker' },
  ],
});

/** What Linux tells of a process or a thread; nothing once it is gone. */
const tell = (path: string): string => {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
};

/** The processes below `pid`. */
const descendants = (pid: number): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((child) => new RegExp(`^PPid:\\s+${pid}$`, 'm').test(tell(`${child}/status`)))
    .flatMap((child) => [child, ...descendants(child)]);

// Firefox does not say which process draws a page, but calls those so that draw a site.
const isDrawing = (pid: number): boolean => tell(`${pid}/comm`).startsWith('Isolated Web');

const kill = async (page: Page): Promise<void> => {
  const context = page.context();
  if (context.browser()?.browserType().name() === 'chromium') {
    const crashed = page.waitForEvent('crash');
    const session = await context.newCDPSession(page);
    void session.send('Page.crash').catch(() => undefined);
    await crashed;
    return;
  }
  const drawing = descendants(process.pid).filter(isDrawing);
  expect(drawing).toHaveLength(1);
  for (const pid of drawing) process.kill(pid, 'SIGKILL');
  await expect.poll(() => drawing.some((pid) => /^State:\s+[^ZX]/m.test(tell(`${pid}/status`)))).toBe(false);
};

test('a tab that is killed loses nothing', async ({ page, context, edge }) => {
  edge.tracked('/p', '<button>b</button>');
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  await page.click('button');
  await kill(page);
  expect(edge.of('click')).toEqual([]);
  const next = await context.newPage();
  await next.goto('/p');
  await expect.poll(() => edge.of('click').length).toBe(1);
  expect(edge.of('pageview')).toHaveLength(2);
  expect(edge.of('page_exit')).toEqual([]);
});
