/** ISO 8601 UTC to the second: the form of every time in FileCourier's answers. */
export function isoSeconds(time: Date): string {
	return `${time.toISOString().slice(0, 19)}Z`;
}
