import { NodeApiError } from 'n8n-workflow';

import { type Answer, type ApiCall, callApi } from '../shared/http';
import type { ServiceContext } from '../shared/service';
import { fileShot } from './service';

/** Whether a server answers that it does not know what was called: the file, or the route itself. */
export const isUnknown = (error: unknown): boolean =>
	error instanceof NodeApiError && /^40[45]$/.test(error.httpCode ?? '');

/**
 * A call by its documented route or, on a server that does not have it, by the one that FileShot's desktop clients use
 * for the same.
 * @throws the error of the documented route if neither is known
 */
export async function callEither<T>(
	context: ServiceContext,
	call: ApiCall<T>,
	desktopPath: string,
): Promise<Answer<T>> {
	return await callApi(context, fileShot, call).catch(async (error: unknown) => {
		if (!isUnknown(error)) throw error;
		const second = { ...call, path: desktopPath };
		return await callApi(context, fileShot, second).catch((other: unknown) => {
			throw isUnknown(other) ? error : other;
		});
	});
}
