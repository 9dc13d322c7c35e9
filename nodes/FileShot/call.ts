import { NodeApiError } from 'n8n-workflow';

import { type Answer, type ApiCall, callApi } from '../shared/http/client';
import type { ServiceContext } from '../shared/http/service';
import { fileShot } from './service';

/** Whether the server does not know the file or the route (404 or 405). */
export const isNotFound = (error: unknown): boolean =>
	error instanceof NodeApiError && /^40[45]$/.test(error.httpCode ?? '');

/**
 * Calls the documented route, and falls back to the route of FileShot's desktop clients if the server does not have it.
 * @throws the error of the documented route if the server has neither
 */
export async function callWithFallback<T>(
	context: ServiceContext,
	call: ApiCall<T>,
	desktopPath: string,
): Promise<Answer<T>> {
	return await callApi(context, fileShot, call).catch(async (error: unknown) => {
		if (!isNotFound(error)) throw error;
		const fallback = { ...call, path: desktopPath };
		return await callApi(context, fileShot, fallback).catch((fallbackError: unknown) => {
			throw isNotFound(fallbackError) ? error : fallbackError;
		});
	});
}
