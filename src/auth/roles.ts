/** What a person is in one organisation. Who runs the deployment is an operator beside that. */
export const ROLES = ['member', 'responder', 'dispatcher'] as const;
export type Role = (typeof ROLES)[number];

/** What an API key may be used for. */
export const SCOPES = ['alerts:raise', 'alerts:read', 'alerts:answer'] as const;
export type Scope = (typeof SCOPES)[number];

/** A person's role in an organisation. */
export interface Membership {
  readonly organisationId: string;
  readonly role: Role;
}
