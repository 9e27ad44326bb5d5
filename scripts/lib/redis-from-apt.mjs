import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runCommand } from './run-command.mjs';

/**
 * Downloads redis-server with the libraries this machine lacks from the Debian/Ubuntu archive and unpacks them into
 * `target/bin` and `target/lib`. Installs nothing, needs no root.
 * @returns {Promise<string | undefined>} why it could not be done, undefined when it was
 */
export async function unpackRedisFromApt(target, oldestMajor) {
  if ((await runCommand('apt-get', ['--version'])).code !== 0) return undefined;
  const work = `${target}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    return await fetchInto(work, target, oldestMajor);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function fetchInto(work, target, oldestMajor) {
  const sandbox = process.getuid?.() === 0 ? ['-o', 'APT::Sandbox::User=root'] : [];
  let result = await download(work, sandbox, oldestMajor);
  if (result.problem) {
    // Fresh images ship without package lists. Private ones need no root and leave the machine as it was.
    const options = [...sandbox, ...privateLists(work)];
    const update = await runCommand('apt-get', [...options, '-qq', 'update'], { timeoutMs: 180_000 });
    if (update.code !== 0) return `apt-get update failed: ${firstLine(update.stderr)}`;
    result = await download(work, options, oldestMajor);
  }
  if (result.problem) return result.problem;
  const tree = join(work, 'tree');
  for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
    const unpack = await runCommand('dpkg-deb', ['-x', join(work, file), tree]);
    if (unpack.code !== 0) return `cannot unpack ${file}: ${firstLine(unpack.stderr)}`;
  }
  arrange(tree, target, result.server);
  return undefined;
}

async function download(work, options, oldestMajor) {
  const server = await newestServer(options, oldestMajor);
  if (!server) return { problem: `apt offers no redis-server ${oldestMajor}.0` };
  const packages = [server.name, server.tools, ...(await missingLibraries(options, server))];
  const { code, stderr } = await runCommand('apt-get', [...options, '-q', 'download', ...packages], { cwd: work });
  return code === 0 ? { server: server.name } : { problem: `apt-get download failed: ${firstLine(stderr)}` };
}

async function newestServer(options, oldestMajor) {
  for (const name of ['redis-server', 'valkey-server']) {
    const { stdout } = await runCommand('apt-cache', [...options, 'policy', name]);
    const version = /Candidate: (?:\d+:)?(\d+)\./.exec(stdout)?.[1];
    if (version && Number(version) >= oldestMajor) return { name, tools: name.replace('server', 'tools') };
  }
  return undefined;
}

async function missingLibraries(options, server) {
  const { stdout } = await runCommand('apt-cache', [...options, 'depends', server.name, server.tools]);
  const wanted = new Set([...stdout.matchAll(/Depends: ((?:lib|lua)[^\s:<]*)/g)].map((match) => match[1]));
  const missing = [];
  wanted.delete('libc6'); // never beside the machine's own: one program cannot have two
  for (const name of wanted) {
    const { stdout: status } = await runCommand('dpkg-query', ['-W', '-f', '${Status}', name]);
    if (!status.includes('install ok installed')) missing.push(name);
  }
  return missing;
}

function privateLists(work) {
  mkdirSync(join(work, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(work, 'cache', 'archives', 'partial'), { recursive: true });
  return ['-o', `Dir::State::lists=${join(work, 'lists')}`, '-o', `Dir::Cache=${join(work, 'cache')}`];
}

function arrange(tree, target, serverName) {
  const ready = `${tree}.ready`;
  mkdirSync(join(ready, 'bin'), { recursive: true });
  mkdirSync(join(ready, 'lib'), { recursive: true });
  for (const path of filesUnder(tree)) {
    // statSync follows links: Debian's redis-server is one, to redis-check-rdb in the tools package.
    if (path.endsWith(`/usr/bin/${serverName}`)) copyFileSync(path, join(ready, 'bin', serverName));
    else if (/\.so(\.|$)/.test(basename(path))) copyFileSync(path, join(ready, 'lib', basename(path)));
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(ready, target);
}

function filesUnder(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (!existsSync(path)) return []; // a link whose target the machine has elsewhere
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

function firstLine(text) {
  return text.split('\n').find((line) => line.trim() !== '') ?? '';
}
