/** Formats a time as ISO 8601 UTC with seconds, as most services do. */
export function isoSeconds(time: Date): string {
	return `${time.toISOString().slice(0, 19)}Z`;
}
