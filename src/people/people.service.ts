import { Injectable } from '@nestjs/common';
import { LoginLimits } from '../limits/login-limits.js';
import { RateLimits } from '../limits/rate-limits.js';
import { Accounts } from './accounts.js';
import { Pins } from './pins.js';
import { UserAdministration } from './user-administration.js';

/** What the routes of people and their accounts work with. */
@Injectable()
export class People {
  constructor(
    readonly accounts: Accounts,
    readonly administration: UserAdministration,
    readonly pins: Pins,
    readonly limits: RateLimits,
    readonly loginLimits: LoginLimits,
  ) {}
}
