/**
 * The direction of dependencies: roles -> realtime, inbound, notifications, health, cli -> alerts -> redis, database,
 * config, errors. An arrow against it is refused here, with the reason.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const INFRASTRUCTURE =
  '^src/(config|redis|database|errors|observability)/|^src/(clock|pause|slots|source-address|time-limit|token-bucket)\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'A cycle is two modules that are one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nobody-imports-roles',
      comment: 'A role picks modules; a service that knows its role would branch on it.',
      severity: 'error',
      from: { pathNot: '^src/(roles/|main\\.ts$)' },
      to: { path: '^src/roles/' },
    },
    {
      name: 'alerts-stay-below-delivery',
      comment: 'The log must not know who listens to it: delivery tails the log. An HTML form is answered by a page.',
      severity: 'error',
      from: { path: '^src/alerts/' },
      to: {
        path: '^src/(realtime|inbound|queues|notifications|retention|health|pages|cli|doctor)/',
        pathNot: '^src/pages/(receipt-page|page-headers|form-failure\\.filter)\\.ts$',
      },
    },
    {
      name: 'infrastructure-knows-no-domain',
      comment: 'Redis, Postgres, config and errors serve every module; of the domain they know the plain words alone.',
      severity: 'error',
      from: { path: INFRASTRUCTURE, pathNot: '\\.spec\\.ts$' },
      to: {
        path: '^src/',
        pathNot: `${INFRASTRUCTURE}|^src/alerts/(severity|alert|channel|reach-stage)\\.ts$|^src/auth/roles\\.ts$`,
      },
    },
    {
      name: 'alert-core-is-pure',
      comment: 'Deciding and applying are tested by properties: no Nest, no Redis, no SQL.',
      severity: 'error',
      from: { path: '^src/alerts/(alert|channel|decide|decide-escalation|decision|apply|late-facts)\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'redis-client-only-in-redis',
      comment:
        'A client of ours is a RoleRedis, opened by a role module. BullMQ opens its own from options (a type here).',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/redis/|^src/queues/queue-options\\.ts$|\\.spec\\.ts$' },
      to: { path: 'node_modules/ioredis/' },
    },
    {
      name: 'product-needs-no-dev-dependency',
      comment: 'A container installs production dependencies only.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
