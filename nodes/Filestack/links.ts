import type { SignedPolicy } from './signing';

/** Settings of a link that opens a file. */
export interface LinkSettings {
	/** Whether an older copy of the file may be delivered. */
	cache?: boolean;
	/** Whether a browser saves the file instead of showing it; the File API alone. */
	download?: boolean;
}

/** `security=p:…,s:…` as a task in the path (Filestack docs, Processing, Security). */
export function cdnLink(
	base: string,
	segment: string,
	proof: SignedPolicy | undefined,
	{ cache = true }: LinkSettings,
): string {
	const tasks = [
		...(proof ? [`security=p:${proof.policy},s:${proof.signature}`] : []),
		...(cache ? [] : ['cache=false']),
	];
	return [base, ...tasks, segment].join('/');
}

/** Filestack docs, File API, Download. */
export function fileApiLink(
	base: string,
	segment: string,
	proof: SignedPolicy | undefined,
	{ cache = true, download = false }: LinkSettings,
): string {
	const query = new URLSearchParams({
		...(download && { dl: 'true' }),
		...(!cache && { cache: 'false' }),
		...proof,
	}).toString();
	return `${base}/file/${segment}${query && `?${query}`}`;
}
