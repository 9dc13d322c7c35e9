/** How n8n stores a field in which a thing is picked. */
export const byId = (value: unknown) => ({ __rl: true, mode: 'id', value });
export const byUrl = (value: string) => ({ __rl: true, mode: 'url', value });
