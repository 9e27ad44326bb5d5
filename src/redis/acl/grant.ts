/** Some rules of a user (keys, channels or commands) and the reason for them. */
export interface Grant {
  readonly rules: readonly string[];
  readonly why: string;
}

/** Rules that one reason holds together, separated by blanks. */
export function grant(rules: string, why: string): Grant {
  return { rules: rules.split(' '), why };
}
