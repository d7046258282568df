export type { PgBossOptions } from './pg-boss/pg-boss-options.ts';
export { handleJob } from './pg-boss/received-jobs.ts';
export { tracedPgBoss } from './pg-boss/traced-pg-boss.ts';
