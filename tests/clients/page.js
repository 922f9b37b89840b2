// Looks at the page in a real Chromium: node page.js BROWSER PAGE NAME. Settings in the environment:
// EXPECTED: sentences that must be there, one a line. SCREENSHOTS: a folder for pictures, if any.
'use strict';
const assert = require('node:assert/strict');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const axe = require('axe-core');
const { chromium } = require('playwright-core');

const [browserPath, file, name] = process.argv.slice(2);
const url = pathToFileURL(path.resolve(file)).href;
const expected = (process.env.EXPECTED || '').split('\n').filter(Boolean);

// Everything that the browser complains about, asks for, or pops up.
function watched(page) {
  const seen = { complaints: [], requests: [] };
  page.on('console', (message) => seen.complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => seen.complaints.push(String(error)));
  page.on('dialog', (dialog) => { seen.complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (request) => seen.requests.push(request.url()));
  return seen;
}

async function content(page) {
  const text = (await page.locator('body').textContent()).replace(/\s+/g, ' ');
  for (const sentence of expected) assert.ok(text.includes(sentence), `nothing says ${sentence}\n${text}`);
  const strange = await page.evaluate(() =>
    [...document.querySelectorAll('script, img, svg, iframe, object, embed, form, input, link, base, video, audio')]
      .map((element) => element.outerHTML));
  assert.deepEqual(strange, [], 'elements that do not belong here');
  const hidden = await page.evaluate(() =>
    // eslint-disable-next-line no-control-regex
    document.documentElement.outerHTML.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g));
  assert.equal(hidden, null, 'hidden characters');
  assert.equal(await page.evaluate(() => window.pwned), undefined, 'a text was executed');
}

async function accessible(page, scheme) {
  await page.evaluate(axe.source);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations', 'incomplete'] }));
  const told = (list) => list.map((rule) => `${rule.id}: ${rule.help}: ${rule.nodes.map((node) => node.html).join(' ')}`);
  assert.deepEqual(told(result.violations), [], `violations in ${scheme}`);
  // It has no opinion on the contrast of single characters and signs; their colours are those of the words beside them.
  for (const rule of result.incomplete) {
    rule.nodes = rule.nodes.filter((node) => !node.any.some((one) => ['shortTextContent', 'nonBmp'].includes(one.data?.messageKey)));
  }
  assert.deepEqual(told(result.incomplete.filter((rule) => rule.nodes.length)), [], `undecided in ${scheme}`);
  return result.passes.length;
}

// What a keyboard and a screen reader get.
async function keyboard(page) {
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip', 'the first stop skips the head');
  assert.ok((await page.locator('.skip').boundingBox()).x >= 0, 'the skip link shows itself');
  const summary = page.locator('details.list > summary, details.looked > summary').first();
  if (await summary.count()) {
    await summary.focus();
    await page.keyboard.press('Enter');
    assert.ok(await summary.evaluate((one) => one.parentElement.open), 'Enter unfolds');
    await page.keyboard.press('Enter');
  }
  const cell = page.locator('.matrix td a').first();
  if (await cell.count()) {
    await cell.focus();
    await page.keyboard.press('Enter');
    const target = page.locator(await cell.getAttribute('href'));
    assert.ok(await target.evaluate((one) => one.matches(':target')), 'a cell leads to its finding');
    const tree = await page.locator('.matrix').ariaSnapshot();
    assert.match(tree, /columnheader "model"/);
    assert.match(tree, /rowheader/);
    assert.match(tree, /cell "blocks"|link "blocks"|cell "(warns|waived)/);
  }
}

async function shapes(page) {
  for (const width of [320, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
    assert.ok(wide <= width, `at ${width} the page is ${wide} wide`);
  }
  await page.emulateMedia({ media: 'print' });
  const folded = await page.evaluate(() =>
    [...document.querySelectorAll('details > :not(summary)')].filter((one) => !one.checkVisibility()).length);
  assert.equal(folded, 0, 'what is folded is printed all the same');
  assert.ok((await page.pdf({ format: 'A4' })).length > 5000, 'a PDF');
}

// The policy of the page stops what would get through all the same.
async function policed(page) {
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.pwned = true';
    document.head.append(script);
    const image = document.createElement('img');
    image.src = 'http://127.0.0.1:9/pixel.png';
    const style = document.createElement('style');
    style.textContent = 'body { display: none }';
    document.body.append(image, style);
  });
  assert.equal(await page.evaluate(() => window.pwned), undefined, 'the policy stops scripts');
  assert.ok(await page.locator('h1').isVisible(), 'the policy stops styles');
}

async function main() {
  const args = process.getuid() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: browserPath, args });
  try {
    for (const scheme of ['light', 'dark']) {
      const page = await browser.newPage({ colorScheme: scheme, viewport: { width: 1100, height: 900 } });
      const seen = watched(page);
      await page.goto(url);
      await content(page);
      if (process.env.SCREENSHOTS) {
        await page.screenshot({ path: path.join(process.env.SCREENSHOTS, `${name}-${scheme}.png`), fullPage: true });
      }
      const rules = await accessible(page, scheme);
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
      await accessible(page, `${scheme}, unfolded`);
      await page.reload();
      await keyboard(page);
      await shapes(page);
      assert.deepEqual(seen.complaints, [], 'the browser complains');
      assert.deepEqual([...new Set(seen.requests.map((one) => one.split('#')[0]))], [url], 'the page loads something');
      await policed(page);
      assert.ok(seen.complaints.length >= 3, `the policy stopped only ${seen.complaints}`);
      assert.ok(seen.complaints.every((one) => /Content Security Policy/.test(one)), seen.complaints.join('\n'));
      await page.close();
      console.log(`ok    page: ${name}, ${scheme}: ${rules} rules of axe hold`);
    }
  } finally {
    await browser.close();
  }
}

main().catch((error) => { console.error(error); process.exit(1); });
