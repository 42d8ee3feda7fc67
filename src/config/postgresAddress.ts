/** Whether a database is the URL of one on PostgreSQL, not the path of a file. */
export const isPostgres = (db: string): boolean => /^postgres(ql)?:\/\//.test(db);

/** As it may be shown: without the password of a URL. */
export const shownDatabase = (db: string): string => (isPostgres(db) ? db.replace(/:[^/@]*@/, '@') : db);
