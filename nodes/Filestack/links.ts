import type { SignedPolicy } from './signing';

/** Options of a link to a file. */
export interface LinkSettings {
	/** Whether the host may serve a cached copy. */
	cache?: boolean;
	/** Whether browsers download the file instead of displaying it; only supported by the File API. */
	download?: boolean;
}

/** Returns a CDN link with `security=p:…,s:…` as a task in the path (Filestack docs, Processing, Security). */
export function cdnLink(
	base: string,
	segment: string,
	signedPolicy: SignedPolicy | undefined,
	{ cache = true }: LinkSettings,
): string {
	const tasks = [
		...(signedPolicy ? [`security=p:${signedPolicy.policy},s:${signedPolicy.signature}`] : []),
		...(cache ? [] : ['cache=false']),
	];
	return [base, ...tasks, segment].join('/');
}

/** Returns a File API link with the policy in the query (Filestack docs, File API, Download). */
export function fileApiLink(
	base: string,
	segment: string,
	signedPolicy: SignedPolicy | undefined,
	{ cache = true, download = false }: LinkSettings,
): string {
	const query = new URLSearchParams({
		...(download && { dl: 'true' }),
		...(!cache && { cache: 'false' }),
		...signedPolicy,
	}).toString();
	return `${base}/file/${segment}${query && `?${query}`}`;
}
