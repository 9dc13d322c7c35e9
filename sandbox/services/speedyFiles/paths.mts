/** What every path of the API begins with. */
export const API = '/api/v1';

/** FastAPI answers no HEAD where it was told GET; the fallback says 405. */
export const NO_HEAD = { exposeHeadRoute: false } as const;
