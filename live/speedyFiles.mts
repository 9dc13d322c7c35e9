import {
	type Confirm,
	CONTENT,
	describeRanges,
	isSuccess,
	JSON_TYPE,
	NAME,
	Observer,
	RANGE,
	type ServiceReport,
	textIn,
} from './observer.mts';

/**
 * Creates a token and a draft with a tiny file, and deletes both. If the user agrees, finalizes the package for the
 * account's own address, and downloads its file.
 * @throws {Error} if the token is not valid
 */
export async function checkSpeedyFiles(
	baseUrl: string,
	apiToken: string,
	confirm: Confirm,
): Promise<ServiceReport> {
	const api = new Observer(`${baseUrl.replace(/\/(api\/v1\/?)?$/, '')}/api/v1`, {
		authorization: `Bearer ${apiToken}`,
	});
	const { requests } = api;
	const skipped = ['events, inboundLink and smtp: only seen in deliveries and mailboxes'];
	const { status, headers } = await api.call('GET', '/health');
	if (status >= 300 && status < 400 && headers.get('location')?.endsWith('/setup'))
		return { settings: { instance: 'notSetUp' }, requests, skipped };

	const me = await api.call('GET', '/me');
	const email = textIn(me, 'email');
	if (email === undefined)
		throw new Error(`The account cannot be read. Check the API token.\n  ${requests.at(-1)}`);
	await checkTokens(api);
	await api.call('GET', '/packages?limit=1');
	const settings: Record<string, string> = { instance: 'ready' };
	const draft = { title: 'Live check', recipient_email: email, recipient_name: 'Live check' };
	const body = JSON.stringify({ ...draft, ttl_days: 1 });
	const created = await api.call('POST', '/packages', body, JSON_TYPE);
	const id = textIn(created, 'id');
	if (id === undefined) return { settings, requests, skipped };
	try {
		const storage = textIn(created, 'storage_backend');
		if (storage !== undefined) settings.storage = storage;
		const form = new FormData();
		form.append('file', new Blob([CONTENT], { type: 'text/plain' }), NAME);
		const fileId = textIn(await api.call('POST', `/packages/${id}/files`, form), 'id');
		await api.call('GET', `/packages/${id}`);
		const question = 'SpeedyFiles emails the link of a package to your own address. Send it?';
		if (fileId === undefined || !(await confirm(question))) {
			skipped.push('ranges: needs a package that is sent');
		} else {
			const finalized = await api.call('POST', `/packages/${id}/finalize`);
			const link = textIn(finalized, 'magic_link');
			if (link !== undefined) settings.ranges = await rangesOf(api, `${link}/file/${fileId}`);
			await api.call('POST', `/packages/${id}/revoke`);
		}
	} finally {
		await api.call('DELETE', `/packages/${id}`);
	}
	return { settings, requests, skipped };
}

async function checkTokens(api: Observer): Promise<void> {
	await api.call('GET', '/me/tokens');
	const body = JSON.stringify({ name: 'Live check', expires_in_days: 1 });
	const created = await api.call('POST', '/me/tokens', body, JSON_TYPE);
	const { id } = (created.json ?? {}) as { id?: unknown };
	if (isSuccess(created) && typeof id === 'number') await api.call('DELETE', `/me/tokens/${id}`);
}

/** Downloads through the link of a recipient; packages in S3 redirect to their storage. */
async function rangesOf(api: Observer, url: string): Promise<string> {
	const first = await api.follow(url, RANGE);
	const location = first.headers.get('location');
	return describeRanges(location ? await api.follow(new URL(location, url).href, RANGE) : first);
}
