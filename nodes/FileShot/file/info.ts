import { serviceTime } from '../../shared/dates';
import { pathPart } from '../../shared/http';
import type { ItemContext } from '../../shared/operation';
import type { Json } from '../../shared/service';
import { callEither } from '../call';
import { FILE, fileIdOf, linkBaseOf, type Surroundings } from '../describe';
import { fileField } from './fields';

export interface FileInfo {
	data: Json;
	around: Surroundings;
}

/** Fetches the details of a file. */
export async function fileInfo({ functions }: ItemContext, fileId: unknown): Promise<FileInfo> {
	const id = pathPart(functions, fileField.displayName, fileId);
	const call = { method: 'GET', path: `/files/${id}`, needs: FILE } as const;
	const { body, headers } = await callEither(functions, call, `/files/info/${id}`);
	const linkBase = await linkBaseOf(functions);
	const data = fileIdOf(body) ? body : { ...body, fileId: String(fileId) };
	return { data, around: { linkBase, now: serviceTime(headers) } };
}
