/** ISO 8601 UTC to the second, as most services write a time. */
export function isoSeconds(time: Date): string {
	return `${time.toISOString().slice(0, 19)}Z`;
}
