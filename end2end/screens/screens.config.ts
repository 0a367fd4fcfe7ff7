//! How the screens are taken: `cargo xtask screenshots`.

import { defineConfig } from '@playwright/test';
import journeys from '../playwright.config';

export default defineConfig({
  ...journeys,
  testDir: '.',
  testMatch: 'take.ts',
  outputDir: '../../target/screens',
  // one server shows all of them
  workers: 1,
  timeout: 600_000,
  projects: [{ name: 'screens' }],
});
