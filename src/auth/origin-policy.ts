/** Which web pages are ours: the own origin, and those that the operators listed. */
export class OriginPolicy {
  readonly #listed: ReadonlySet<string>;

  constructor(listed: readonly string[]) {
    this.#listed = new Set(listed.map((origin) => origin.toLowerCase().replace(/\/$/, '')));
  }

  /**
   * True for requests without an Origin (no browser page sent them), from the own host, or from a listed origin.
   * @param host the request's Host header, the host that the browser believes to talk to
   */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined) return true;
    if (this.#listed.has(origin.toLowerCase())) return true;
    return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  }
}
