import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/** Whether this process is on its way out: then it is not ready, while it still answers what it has. */
@Injectable()
export class Draining implements OnModuleDestroy {
  #begun = false;

  get begun(): boolean {
    return this.#begun;
  }

  /** Tells balancers to send nobody here any more; closing the application begins it by itself. */
  begin(): void {
    this.#begun = true;
  }

  onModuleDestroy(): void {
    this.begin();
  }
}
