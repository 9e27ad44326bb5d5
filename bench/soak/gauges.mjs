import { readdirSync } from 'node:fs';
import { residentBytes } from '../lib/cpu.mjs';

const MB = 1024 * 1024;

/** Memory and open handles of each process, over a run: what grows all the time is a leak. */
export class Gauges {
  #first = new Map();
  #last = new Map();
  #most = new Map();
  #starts = new Map();

  /** Looks at every process once. @returns what it found, for a line */
  look(processes) {
    const found = processes.flatMap(({ name, pid }) => read(name, pid) ?? []);
    for (const each of found) {
      // A process that was started anew begins anew.
      if (this.#starts.get(each.name) !== each.pid) this.#first.set(each.name, each);
      this.#starts.set(each.name, each.pid);
      this.#last.set(each.name, each);
      if ((this.#most.get(each.name)?.memory ?? 0) < each.memory) this.#most.set(each.name, each);
    }
    return found.map(({ name, memory, handles }) => `${name} ${memory} MB ${handles} fd`).join(', ');
  }

  /** One line a process: since it was last started, and at most. */
  report() {
    return [...this.#last].map(([name, last]) => {
      const [first, most] = [this.#first.get(name), this.#most.get(name)];
      const handles = `handles ${first.handles} -> ${last.handles}`;
      return `${name}: memory ${first.memory} -> ${last.memory} MB since its last start (at most ${most.memory}), ${handles}`;
    });
  }
}

function read(name, pid) {
  try {
    const handles = readdirSync(`/proc/${pid}/fd`).length;
    return { name, pid, memory: Math.round(residentBytes(pid) / MB), handles };
  } catch {
    return undefined; // it is away just now
  }
}
