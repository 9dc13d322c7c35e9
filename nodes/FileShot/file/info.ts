import { serviceTime } from '../../shared/dates';
import { pathPart } from '../../shared/http/client';
import type { ItemContext } from '../../shared/node/operation';
import type { Json } from '../../shared/http/service';
import { callWithFallback } from '../call';
import { FILE, fileIdOf, readLinkBase, type DescribeContext } from '../describe';
import { fileField } from './fields';

export interface FileInfo {
	data: Json;
	context: DescribeContext;
}

/** Fetches the details of a file. */
export async function fetchFileInfo(
	{ functions }: ItemContext,
	fileId: unknown,
): Promise<FileInfo> {
	const id = pathPart(functions, fileField.displayName, fileId);
	const call = { method: 'GET', path: `/files/${id}`, needs: FILE } as const;
	const { body, headers } = await callWithFallback(functions, call, `/files/info/${id}`);
	const linkBase = await readLinkBase(functions);
	const data = fileIdOf(body) ? body : { ...body, fileId: String(fileId) };
	return { data, context: { linkBase, now: serviceTime(headers) } };
}
