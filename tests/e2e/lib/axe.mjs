// The accessibility check of a page, by axe-core, at WCAG 2.1 A and AA.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with one line per broken rule and element; `except` lists rule ids that the walk accepts, with a reason beside the call. */
export async function assertAccessible(page, { except = [] } = {}) {
  // Evaluated through the debugger, which the content security policy does not bind.
  await page.evaluate(source);
  const result = await page.evaluate(
    (disabled) =>
      window.axe.run(document, {
        runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] },
        rules: {
          // Not in a tag that is on by default: what is read aloud must hold what is written, and fingers must hit it.
          'label-content-name-mismatch': { enabled: true },
          'target-size': { enabled: true },
          ...Object.fromEntries(disabled.map((id) => [id, { enabled: false }])),
        },
        resultTypes: ['violations'],
      }),
    except,
  );
  const lines = result.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id} (${violation.impact}): ${node.target.join(' ')} - ${violation.help}`),
  );
  if (lines.length > 0) throw new Error(`${page.url()} is not accessible:\n  ${lines.join('\n  ')}`);
}
