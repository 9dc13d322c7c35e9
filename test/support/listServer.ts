import type { IDataObject } from 'n8n-workflow';

import { type TestRequest, type TestResponse, TestServer } from './testServer';

/**
 * A server with a list of files, in the formats of FileShot, Files App and SpeedyFiles, with its own clock. It deletes nothing,
 * but records the requested deletions.
 */
export class ListServer extends TestServer {
	files: IDataObject[] = [];
	/** Milliseconds by which its clock is ahead. */
	clockOffset = 0;
	/** Sent instead of the true date. */
	dateHeader: string | undefined;
	pageSize = 100;
	filtersFolders = false;
	namesFolders = false;
	/** The status for the list of an unknown folder. */
	unknownFolderStatus: number | undefined;
	deletionResponse: TestResponse | undefined;
	readonly deleted: string[] = [];

	constructor() {
		super();
		this.respond((request) => {
			const date = this.dateHeader ?? new Date(Date.now() + this.clockOffset).toUTCString();
			const response = this.respondTo(request);
			return { ...response, headers: { date, ...response.headers } };
		});
	}

	override reset(): void {
		super.reset();
		Object.assign(this, {
			...{ files: [], clockOffset: 0, dateHeader: undefined, pageSize: 100 },
			...{ filtersFolders: false, namesFolders: false },
			...{ unknownFolderStatus: undefined, deletionResponse: undefined },
		});
		this.deleted.length = 0;
	}

	private respondTo({ method, path, query }: TestRequest): TestResponse {
		if (method === 'DELETE') {
			this.deleted.push(decodeURIComponent(path.split('/').at(-1)!));
			return this.deletionResponse ?? { body: { deleted: true, success: true } };
		}
		const folder = query.folder_id;
		const isUnknown = folder !== undefined && !this.files.some((file) => file.folder === folder);
		if (isUnknown && this.unknownFolderStatus) {
			const body = { error: { code: 'x', message: 'x' } };
			return { status: this.unknownFolderStatus, body };
		}
		const listed = this.files.filter(
			(file) => !this.filtersFolders || folder === undefined || file.folder === folder,
		);
		const size = Math.min(this.pageSize, Number(query.limit ?? query.per_page) || 100);
		const perPage = this.pageSize > 200 ? this.pageSize : size;
		const start = Number(query.offset ?? (Number(query.page ?? 1) - 1) * perPage);
		const total = listed.length;
		const page = listed.slice(start, start + perPage);
		if (path.endsWith('/packages')) {
			return json({
				total,
				items: page.map(({ name, createdAt, expiresAt, ...more }) => ({
					...more,
					title: name,
					created_at: createdAt,
					expires_at: expiresAt,
					status: 'active',
					files: [],
				})),
			});
		}
		if ('per_page' in query) {
			return json({
				...{ total, page: Number(query.page), per_page: perPage },
				files: page.map(({ id, name, createdAt, folder: own }) => ({
					...{ id, name, size: 1, created_at: createdAt },
					...(this.namesFolders && own !== undefined && { folder_id: own }),
				})),
			});
		}
		return json({
			total,
			files: page.map(({ id, name, ...more }) => ({ fileId: id, fileName: name, ...more })),
		});
	}
}

const json = (body: object): TestResponse => ({ body });
