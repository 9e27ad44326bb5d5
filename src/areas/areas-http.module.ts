import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { LimitsModule } from '../limits/limits.module.js';
import { AreaImports } from './area-imports.js';
import { AreaRecords } from './area-records.js';
import { AreasController } from './areas.controller.js';
import { AreasModule } from './areas.module.js';
import { ImportReader } from './import-reader.js';
import { InvitationsController } from './invitations.controller.js';
import { MembersController } from './members.controller.js';
import { OrganisationAreasController } from './organisation-areas.controller.js';
import { OrganisationsController } from './organisations.controller.js';

/** Organisations, members, areas and duties over HTTP. */
@Module({
  imports: [AreasModule, AuthModule, LimitsModule],
  providers: [
    {
      provide: AreaImports,
      inject: [AreaRecords, CONFIG],
      useFactory: (records: AreaRecords, { env }: Config) =>
        new AreaImports(records, new ImportReader(env.NABOOM_COUNTRY_CODE)),
    },
  ],
  controllers: [
    OrganisationsController,
    MembersController,
    InvitationsController,
    OrganisationAreasController,
    AreasController,
  ],
})
export class AreasHttpModule {}
