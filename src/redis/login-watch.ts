import { Injectable, Logger, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { REDIS_ROLE_NAMES } from './redis.roles.js';
import { loginOf, type RoleLogin } from './role-login.js';

/** Content is compared, not dates: mounted secrets are swapped by links, and their dates are those of another disk. */
const LOOK_EVERY_MS = 1000;
/** A server that refuses a new password is asked again after this many looks at most; each is a line in its ACL LOG. */
const LONGEST_PAUSE_LOOKS = 30;

/**
 * Looks each second whether the files of the roles' passwords have changed, and lets the living connections sign in
 * anew: nobody reconnects, and whoever has to later knows the new password.
 */
@Injectable()
export class LoginWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('RedisLogin');
  readonly #watched: Watched[];
  #timer: NodeJS.Timeout | undefined;

  constructor(@InjectConfig() config: Config) {
    const logins = REDIS_ROLE_NAMES.map((role) => loginOf(config.redis.roles[role]));
    this.#watched = logins
      .filter((login) => login !== undefined)
      .map((login) => ({ login, password: login.password, refusals: 0, pause: 0, isBusy: false }));
  }

  onApplicationBootstrap(): void {
    if (this.#watched.length === 0) return;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** Looks now, and asks servers again that refused. Never rejects. */
  async lookAtOnce(): Promise<void> {
    for (const watched of this.#watched) watched.pause = 0;
    await this.#look();
  }

  async #look(): Promise<void> {
    await Promise.all(this.#watched.map((watched) => this.#renew(watched)));
  }

  async #renew(watched: Watched): Promise<void> {
    const { login } = watched;
    login.look();
    const { password } = login; // a connection that came back may have found it first
    if (password !== watched.password) Object.assign(watched, { password, refusals: 0, pause: 0 });
    else if (watched.pause > 0) return void (watched.pause -= 1);
    // Who waits in a blocking command answers after it.
    if (watched.isBusy) return;
    watched.isBusy = true;
    const { adopted, refused } = await login.adopt();
    watched.isBusy = false;
    const user = login.username;
    if (adopted > 0) this.#logger.log({ user, connections: adopted }, 'took a new password of the Redis user');
    if (refused === 0) return;
    if (watched.refusals === 0) this.#logger.error({ user, connections: refused }, 'Redis does not take the password');
    watched.refusals += 1;
    watched.pause = Math.min(2 ** watched.refusals, LONGEST_PAUSE_LOOKS);
  }
}

interface Watched {
  readonly login: RoleLogin;
  /** The one that was last looked at. */
  password: string | undefined;
  refusals: number;
  /** Looks to let pass. */
  pause: number;
  isBusy: boolean;
}

/** Import it into a role's root: its Redis passwords may then change while it runs. */
@Module({ providers: [LoginWatch], exports: [LoginWatch] })
export class LoginWatchModule {}
