import type { IDataObject } from 'n8n-workflow';

import { type TestRequest, type TestResponse, TestServer } from './testServer';

/**
 * A server with one list of files, which it shows as FileShot, Files App and SpeedyFiles do, with a clock of its own and
 * the faults that servers have. It deletes nothing, and remembers what it was asked to delete.
 */
export class ListServer extends TestServer {
	files: IDataObject[] = [];
	/** Milliseconds that its clock is ahead. */
	clockOffset = 0;
	/** Sent instead of the true date. */
	dateHeader: string | undefined;
	pageSize = 100;
	filtersFolders = false;
	namesFolders = false;
	/** How it answers a list of a folder that it does not know. */
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
