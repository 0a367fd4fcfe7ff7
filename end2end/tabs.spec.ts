//! Several tabs of one browser share one line to the server: one leads, and any other can take over.

import { expect, isShown, openGallery, png, test } from './scene';

test('seven tabs follow, and go on when the leading one is closed', async ({ context, server }) => {
  const tabs = [];
  for (let count = 0; count < 7; count += 1) {
    const tab = await context.newPage();
    await openGallery(tab);
    tabs.push(tab);
  }
  await server.drop('for-all.png', png(1));
  for (const tab of tabs) await isShown(tab, 'for-all.png');

  // The first to come holds the lead.
  const [leader, ...others] = tabs;
  await leader.close();
  await server.drop('for-the-rest.png', png(2));
  for (const tab of others) await isShown(tab, 'for-the-rest.png');
});

for (const how of ['rejects', 'throws']) {
  test(`a browser that ${how} when asked for a lock lets each tab lead`, async ({ context, server }) => {
    await context.addInitScript((how) => {
      const refusal = () => new DOMException('no locks here', 'SecurityError');
      const request = () => {
        if (how === 'throws') throw refusal();
        return Promise.reject(refusal());
      };
      // The blank page that comes before ours has no locks.
      if (navigator.locks) Object.assign(navigator.locks, { request });
    }, how);
    const tabs = [await context.newPage(), await context.newPage()];
    for (const tab of tabs) await openGallery(tab);
    await server.drop('for-both.png', png(1));
    for (const tab of tabs) await isShown(tab, 'for-both.png');
  });
}
