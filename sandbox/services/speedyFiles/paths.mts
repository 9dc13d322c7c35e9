/** The start of all API paths. */
export const API = '/api/v1';

/** FastAPI does not add HEAD to a GET route; the fallback responds with 405. */
export const NO_HEAD = { exposeHeadRoute: false } as const;
