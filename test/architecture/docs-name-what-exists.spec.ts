import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { EVENT_TYPES } from '../../src/alerts/alert-answer.schemas.js';
import { CLIENT_EVENTS, SERVER_EVENTS } from '../../src/realtime/described-events.js';
import { RESYNC_REASONS } from '../../src/realtime/server-messages.schemas.js';
import { handshakeSchema } from '../../src/realtime/socket-auth.js';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const pages = ['.', 'docs', 'docs/adr'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

describe('what people read', () => {
  it.each(pages)('%s links to files that exist', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, link]) => link!);
    const dead = links.filter((link) => !existsSync(join(ROOT, dirname(page), link)));
    expect(dead).toEqual([]);
  });

  it('names source files that exist', () => {
    const dead = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:src|test|scripts|bench|docker|web|docs)\/[\w./-]+\.\w+)`/g)]
        .map(([, path]) => path!)
        .filter((path) => !existsSync(join(ROOT, path)))
        .map((path) => `${page}: ${path}`),
    );
    const map = [...read('ARCHITECTURE.md').matchAll(/`((?:\w+\/)+[\w.-]+\.ts)`/g)].map(([, path]) => path!);
    expect(map.length).toBeGreaterThan(20);
    expect([...dead, ...map.filter((path) => !existsSync(join(ROOT, 'src', path)))]).toEqual([]);
  });

  it('has a place for every folder of the code on the map', () => {
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const map = read('ARCHITECTURE.md').split('## Codemap')[1]!.split('## Processes')[0]!;
    expect(folders.map(({ name }) => name).filter((name) => !map.includes(`\`${name}\``))).toEqual([]);
  });

  it('tells every socket event, in both directions, what the handshake takes, and every reason to connect anew', () => {
    const docs = read('docs/events.md');
    const names = [
      ...Object.keys(SERVER_EVENTS),
      ...Object.keys(CLIENT_EVENTS),
      ...EVENT_TYPES,
      ...RESYNC_REASONS,
      ...Object.keys(handshakeSchema.shape),
    ];
    expect(names.filter((name) => !docs.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the page', () => {
  it('asks for nothing that is not beside it', () => {
    const web = join(ROOT, 'web');
    for (const name of readdirSync(web).filter((file) => /\.(html|js)$/.test(file))) {
      const asked = [
        ...read(relative(ROOT, join(web, name))).matchAll(
          /(?:from |import\(|src=|href=)['"](?:\.\/|\/assets\/)([\w.-]+)['"]/g,
        ),
      ];
      const missing = asked
        .map(([, file]) => file!)
        .filter((file) => file !== 'socket.io.js' && !existsSync(join(web, file)));
      expect({ name, missing }).toEqual({ name, missing: [] });
    }
  });
});
