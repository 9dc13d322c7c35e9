import type { IDataObject } from 'n8n-workflow';

import { serviceTime } from '../shared/dates';
import { callApi } from '../shared/http/client';
import { type Essential, isJsonObject, type ServiceContext } from '../shared/http/service';
import { describeToken } from './describe';
import { speedyFiles } from './service';

/**
 * Fetches all tokens of the user, including revoked ones, newest first. The list has no pages (SpeedyFiles source,
 * app/routes/api.py).
 */
export async function fetchTokens(context: ServiceContext): Promise<IDataObject[]> {
	const { body, headers } = await callApi(context, speedyFiles, {
		method: 'GET',
		path: '/me/tokens',
		needs: TOKENS,
	});
	const now = serviceTime(headers);
	return body.filter(isJsonObject).map((token) => describeToken(token, now));
}

const TOKENS: Essential<unknown[]> = {
	what: 'a list of tokens',
	read: (body) => (Array.isArray(body) ? body : undefined),
};
