// Tests in two real browsers, as the machine has them and never by a download: Chromium, and a stock Firefox
// that Playwright drives by WebDriver BiDi (docs/decisions/0005-two-browsers.md).
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { defineConfig } from '@playwright/test';

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

/** What `variable` names, else the first of `names` in PATH; `names` begins with Debian's package. */
const findProgram = (
  title: string,
  variable: string,
  names: readonly [string, ...(readonly string[])],
): string => {
  const given = process.env[variable];
  if (given && !isExecutable(given)) {
    return giveUp(`${variable} names ${given}, which cannot be run.`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter);
  return (
    given ||
    (names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable) ??
      giveUp(
        `No ${title} to test with: run "apt-get install ${names[0]}" or set ${variable} to one.`,
      ))
  );
};

const DISABLED_FEATURES = [
  // The address bar's suggestions are two pages of their own for each window: half of what a test costs.
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  // Of such switches Chromium heeds the last alone, so these repeat Playwright's own.
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'BlockOriginHeaderModificationOnRedirect',
  'DestroyProfileOnBrowserClose',
  'DialMediaRouteProvider',
  'GlobalMediaControls',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'Translate',
];

const chromiumOptions = {
  executablePath: findProgram('Chromium', 'FOOTFALL_CHROMIUM', [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'chrome',
  ]),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--disable-features=${DISABLED_FEATURES.join(',')}`,
    // What is left without names is loopback.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
  ],
  // Playwright switches the cache off that every visitor's browser has.
  ignoreDefaultArgs: ['--disable-back-forward-cache'],
};

export default defineConfig({
  testDir: 'test',
  testMatch: '*.spec.ts',
  fullyParallel: true,
  workers: 2,
  // Where a run decides about a landing, a browser that stumbles has a second chance, and is named as flaky.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: true,
  // Closing a browser counts, too: on a busy machine that alone has taken half a minute.
  timeout: 60_000,
  reporter: 'line',
  use: { viewport: { width: 1280, height: 800 } },
  projects: [
    { name: 'chromium', use: { browserName: 'chromium', launchOptions: chromiumOptions } },
    {
      name: 'firefox',
      use: {
        browserName: 'firefox',
        // Any other channel means Playwright's own patched build.
        channel: 'moz-firefox',
        launchOptions: {
          executablePath: findProgram('Firefox', 'FOOTFALL_FIREFOX', ['firefox-esr', 'firefox']),
          firefoxUserPrefs: {
            // A stock Firefox asks Mozilla for lists at every start.
            'network.dns.disabled': true,
            // It shows a PDF that was downloaded in a tab of its own, which puts the page away.
            'pdfjs.disabled': true,
          },
        },
      },
    },
  ],
});
