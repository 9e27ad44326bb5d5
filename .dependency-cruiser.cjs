/**
 * The direction of dependencies, as ARCHITECTURE.md draws it. An arrow against it is refused here, with the reason.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const INFRASTRUCTURE =
  '^src/(config|redis|database|errors|observability)/|^src/(clock|pause|slots|source-address|time-limit|token-bucket|wall-clock)\\.ts$';

/** What reacts to the log: it tails it, or shows what became of it. */
const DELIVERY =
  'realtime|inbound|queues|notifications|channels|contacts|escalation|drills|dead-letters|metrics|queue-board|retention|health|pages|cli|doctor';
/** Folders that nothing but roles, the description of the API and command lines may build on. */
const ENDS = 'contacts|drills|dead-letters|metrics|queue-board|inbound|realtime|retention|doctor';

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
        path: `^src/(${DELIVERY})/`,
        pathNot: '^src/pages/(receipt-page|page-headers|form-failure\\.filter)\\.ts$',
      },
    },
    {
      name: 'channels-send-what-they-are-given',
      comment:
        'Whom to tell next, and how contacts come to be, is decided elsewhere: a message asks who may know, and goes.',
      severity: 'error',
      from: { path: '^src/channels/' },
      to: { path: '^src/(escalation|contacts|drills|schedules|metrics|realtime|inbound|health)/' },
    },
    {
      name: 'notifications-know-no-channel',
      comment: 'The ledger is below those who write and empty it; its module alone gives the follower its readers.',
      severity: 'error',
      from: { path: '^src/notifications/', pathNot: '^src/notifications/notifications\\.module\\.ts$' },
      to: { path: '^src/(channels|escalation|schedules)/' },
    },
    {
      name: 'queues-carry-any-job',
      comment: 'What a job does is a handler of its domain; queues know its name, its shape and its settings.',
      severity: 'error',
      from: { path: '^src/queues/', pathNot: '\\.spec\\.ts$|^src/queues/job-settings\\.ts$' },
      to: {
        path: '^src/(alerts|areas|people|schedules|notifications|channels|contacts|escalation|drills|retention|dead-letters|metrics|queue-board|health)/',
      },
    },
    {
      name: 'ends-are-built-on-by-roles',
      comment: 'These folders serve people, gateways and operators; nobody below may need them.',
      severity: 'error',
      from: {
        path: '^src/([^/]+)/',
        pathNot: '^src/(roles|api-docs|cli|metrics)/|\\.spec\\.ts$',
      },
      to: { path: `^src/(${ENDS})/`, pathNot: '^src/$1/' },
    },
    {
      name: 'infrastructure-knows-no-domain',
      comment: 'Redis, Postgres, config and errors serve every module; of the domain they know the plain words alone.',
      severity: 'error',
      from: { path: INFRASTRUCTURE, pathNot: '\\.spec\\.ts$' },
      to: {
        path: '^src/',
        pathNot: `${INFRASTRUCTURE}|^src/alerts/(severity|alert|channel|reach-stage)\\.ts$|^src/auth/roles\\.ts$|^src/notifications/delivery\\.ts$`,
      },
    },
    {
      name: 'alert-core-is-pure',
      comment: 'Deciding and applying are tested by properties: no Nest, no Redis, no SQL.',
      severity: 'error',
      from: {
        path: '^src/alerts/(alert|channel|decide|decide-raise|decide-escalation|decision|apply|late-facts)\\.ts$',
      },
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
