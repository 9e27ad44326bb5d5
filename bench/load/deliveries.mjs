/** Alerts whose bytes are kept to compare; more than any socket can be behind another. */
const KEPT = 4096;

/**
 * Who got which alert when. Each socket must get `seq` after `seq`, and all the same bytes: then each has each alert
 * exactly once, in order, whole.
 */
export class Deliveries {
  delivered = 0;
  /** Times are noted for alerts after this one; a catch-up of thousands only counts. */
  #timedAfter = Infinity;
  #sockets = 0;
  #alerts = new Map();
  #bytes = [];
  #waiting = new Map();

  /** Begins to note times: each alert after `seq` goes to `sockets` sockets. */
  time(seq, sockets) {
    this.#timedAfter = seq;
    this.#sockets = sockets;
    this.#alerts.clear();
  }

  /**
   * @param {number} now ms
   * @returns {boolean} whether the bytes are those that the first socket got
   */
  take(seq, now, { buffer, start, end }) {
    this.delivered += 1;
    if (seq > this.#timedAfter) this.#note(seq, now);
    const first = this.#bytes[seq % KEPT];
    if (first?.seq === seq) return first.bytes.compare(buffer, start, end) === 0;
    this.#bytes[seq % KEPT] = { seq, bytes: Buffer.from(buffer.subarray(start, end)) };
    return true;
  }

  /** Resolves once every socket has the alert: when the first, median, 99 % and last got it (ms), and its bytes. */
  async completed(seq) {
    const alert = this.#alerts.get(seq);
    if (alert === undefined || alert.count < this.#sockets) {
      await new Promise((resolve) => this.#waiting.set(seq, resolve));
    }
    const times = this.#alerts.get(seq).times.sort();
    this.#alerts.delete(seq);
    const text = this.#bytes[seq % KEPT].bytes.toString();
    const [, message] = JSON.parse(text.slice(2));
    return {
      seq,
      alertId: message.alert.id,
      bytes: text.length,
      first: times[0],
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      last: times.at(-1),
    };
  }

  #note(seq, now) {
    let alert = this.#alerts.get(seq);
    if (alert === undefined) {
      alert = { count: 0, times: new Float64Array(this.#sockets) };
      this.#alerts.set(seq, alert);
    }
    alert.times[alert.count++] = now;
    if (alert.count < this.#sockets) return;
    this.#waiting.get(seq)?.();
    this.#waiting.delete(seq);
  }
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}
