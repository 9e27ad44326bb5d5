import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const WEB = join(import.meta.dirname, '..', '..', 'web');
/** Ways by which a text becomes markup or code; `textContent` is none. */
const WAYS =
  /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|setHTMLUnsafe|srcdoc|DOMParser|\beval\b|new Function|javascript:|setTimeout\(\s*['"`]/;

const scripts = readdirSync(WEB).filter((name) => name.endsWith('.js'));

it('what people wrote is text in the page: no script has a way to make it anything else', () => {
  expect(scripts.length).toBeGreaterThan(10);
  const found = scripts.flatMap((name) =>
    readFileSync(join(WEB, name), 'utf8')
      .split('\n')
      .filter((line) => WAYS.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

it('nothing runs that stands in a page itself', () => {
  const inline = readdirSync(WEB)
    .filter((name) => name.endsWith('.html'))
    .filter((name) => /<script(?![^>]*\bsrc=)|\son\w+=|javascript:/i.test(readFileSync(join(WEB, name), 'utf8')));
  expect(inline).toEqual([]);
});
