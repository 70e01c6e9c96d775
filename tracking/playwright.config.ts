// Tests in a real Chromium: FOOTFALL_CHROMIUM, else chromium or chrome from PATH; never a download.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { defineConfig } from '@playwright/test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** One sentence instead of a stack: nothing is wrong with the code. */
const giveUp = (sentence: string): never => {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
};

const findChromium = (): string => {
  const given = process.env.FOOTFALL_CHROMIUM;
  if (given && !isExecutable(given)) {
    return giveUp(`FOOTFALL_CHROMIUM names ${given}, which cannot be run.`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter);
  return (
    given ||
    (NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable) ??
      giveUp(
        'No Chromium to test with: run "apt-get install chromium" or set FOOTFALL_CHROMIUM to one.',
      ))
  );
};

export const launchOptions = {
  executablePath: findChromium(),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

export default defineConfig({
  testDir: 'test',
  testMatch: '*.spec.ts',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 30_000,
  reporter: 'line',
  use: { viewport: { width: 1280, height: 800 }, launchOptions },
});
