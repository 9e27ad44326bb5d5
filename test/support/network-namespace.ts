import { execFileSync } from 'node:child_process';

/** A network of its own, joined to ours by a bridge that can be parted. */
export interface NetworkNamespace {
  /** Ours, as seen from there. */
  readonly host: string;
  /** Its own, as seen from here. */
  readonly address: string;
  /** In front of a command that shall run there. */
  readonly prefix: readonly string[];
  /** Nothing passes between the two any more, and nobody is told. */
  part(): void;
  join(): void;
  close(): void;
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** @returns why there can be none here (it needs Linux, `ip`, and the right to make one) */
export function openNamespace(): NetworkNamespace | string {
  const id = process.pid % 65_536;
  const [name, bridge, port, inner] = [`naboom-${id}`, `nbb${id}`, `nbp${id}`, `nbi${id}`];
  const net = `10.213.${id % 250}`;
  const close = () => {
    for (const args of [
      ['netns', 'del', name],
      ['link', 'del', port],
      ['link', 'del', bridge],
    ]) {
      try {
        ip(...args);
      } catch {
        // It was not made, or went with another one.
      }
    }
  };
  try {
    ip('netns', 'add', name);
    ip('link', 'add', bridge, 'type', 'bridge');
    ip('link', 'add', port, 'type', 'veth', 'peer', 'name', inner);
    ip('link', 'set', inner, 'netns', name);
    ip('link', 'set', port, 'master', bridge);
    ip('addr', 'add', `${net}.1/24`, 'dev', bridge);
    for (const link of [bridge, port]) ip('link', 'set', link, 'up');
    for (const link of ['lo', inner]) ip('-n', name, 'link', 'set', link, 'up');
    ip('-n', name, 'addr', 'add', `${net}.2/24`, 'dev', inner);
  } catch (error) {
    close();
    const { stderr, message } = error as { stderr?: Buffer; message: string };
    return stderr?.toString().trim() || message;
  }
  return {
    host: `${net}.1`,
    address: `${net}.2`,
    prefix: ['ip', 'netns', 'exec', name],
    part: () => ip('link', 'set', port, 'nomaster'),
    join: () => ip('link', 'set', port, 'master', bridge),
    close,
  };
}
