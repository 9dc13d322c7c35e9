import type { IDataObject } from 'n8n-workflow';

import { readAddressField } from '../../shared/http/credential';
import { pathSegment } from '../../shared/http/addresses';
import { type ApiCall, callApi } from '../../shared/http/client';
import type { ItemContext } from '../../shared/node/operation';
import { requireHttpUrl } from '../../shared/node/parameters';
import { invalidParameter } from '../../shared/node/schema';
import type { JsonRecord } from '../../shared/http/service';
import { secretsOf } from '../../shared/http/secrets';
import { filestack } from '../service';
import { type PolicyCall, policyQuery, TRANSFER_POLICY_MINUTES } from '../signing';
import { STORED } from '../handle';
import { omitUndefined, readHeaders, storeParameters, type StoreTarget } from './storeFields';

/** Milliseconds that Filestack may take to download a file before it responds. */
const REMOTE_FETCH_TIMEOUT = 600_000;

/** Has Filestack download and store a file from a URL; returns the description of the stored file. */
export async function storeFromUrl(item: ItemContext, target: StoreTarget): Promise<JsonRecord> {
	const headers = readHeaders(item);
	const { tags, workflows } = target;
	const needsProcessing = headers.length > 0 || tags !== undefined || workflows !== undefined;
	const call = needsProcessing
		? await buildProcessCall(item, target, headers)
		: buildStoreCall(item, target);
	return await fetchRemote(item, call);
}

/** Builds a store call with the URL in a form (Filestack docs, File API, Store). */
function buildStoreCall(item: ItemContext, target: StoreTarget): ApiCall<JsonRecord> {
	const { provider, filename, mimetype, path, container, access } = target;
	return {
		...buildUrlCall(item, ['pick', 'store'], { filename, mimetype, path, container, access }),
		path: `/store/${pathSegment(item.functions, 'Storage', provider)}`,
		expects: STORED,
	};
}

/** Builds a call whose form contains the URL from the field “URL”. */
export function buildUrlCall(
	item: ItemContext,
	calls: PolicyCall[],
	query: IDataObject,
	handle?: string,
): Omit<ApiCall, 'path' | 'expects'> {
	return {
		method: 'POST',
		qs: { ...omitUndefined(query), ...policyQuery(calls, handle, TRANSFER_POLICY_MINUTES) },
		headers: { 'content-type': 'application/x-www-form-urlencoded' },
		body: { url: requireHttpUrl(item, 'URL', item.parameter('url')) },
	};
}

/**
 * Builds a processing call, which supports source headers, tags and workflows; the store call does not (filestack-js,
 * store).
 * @throws NodeOperationError for a MIME type, which the processing API does not accept
 */
async function buildProcessCall(
	item: ItemContext,
	target: StoreTarget,
	headers: Array<[string, string]>,
): Promise<ApiCall<JsonRecord>> {
	const { functions } = item;
	const { filename, mimetype, tags } = target;
	if (mimetype) {
		const others = 'Source Headers, Upload Tags or Workflow IDs';
		const advice =
			'With those options, Filestack uses the type from the source. Remove one of them.';
		throw invalidParameter(item, 'MIME Type', `cannot be combined with ${others}`, advice);
	}
	for (const [name, value] of headers) {
		if (/auth|token|key|secret|cookie|pass/i.test(name)) secretsOf(functions).add(value);
	}
	const url = requireHttpUrl(item, 'URL', item.parameter('url'));
	const source = headers.length > 0 ? { source: url, headers: Object.fromEntries(headers) } : url;
	return {
		method: 'POST',
		baseUrl: await readAddressField(functions, filestack, 'processBaseUrl'),
		path: '/process',
		expects: STORED,
		qs: policyQuery(['pick', 'store'], undefined, TRANSFER_POLICY_MINUTES),
		body: {
			apikey: '', // filled in by the credential, which also adds the security task
			sources: [source],
			tasks: [{ name: 'store', params: omitUndefined({ ...storeParameters(target), filename }) }],
			...omitUndefined({ upload_tags: tags }),
		},
	};
}

/** Sends a call that makes Filestack download a file. Not retried, because Filestack could store the file twice. */
export async function fetchRemote<T>({ functions }: ItemContext, call: ApiCall<T>): Promise<T> {
	const { body } = await callApi(functions, filestack, {
		...call,
		retryable: false,
		timeout: REMOTE_FETCH_TIMEOUT,
		unknownResultHint:
			'Filestack may have stored the file anyway. Check before you run the node again.',
	});
	return body;
}
