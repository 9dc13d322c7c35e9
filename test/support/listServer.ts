/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject } from 'n8n-workflow';

interface Response {
	status: number;
	body: string;
	type: string;
	headers?: Record<string, string>;
}

/**
 * A server with one list of files, which it shows as FileShot, Files App and SpeedyFiles do, with a clock of its own and
 * the faults that servers have. It deletes nothing, and remembers what it was asked to delete.
 */
export class ListServer {
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
	deleteAnswer: Response | undefined;
	readonly deleted: string[] = [];
	readonly requests: string[] = [];
	url = '';
	private server!: Server;

	async start(): Promise<void> {
		this.server = createServer({ sendDate: false } as object, (request, response) => {
			this.requests.push(`${request.method} ${request.url}`);
			this.answer(request.method ?? '', new URL(request.url ?? '', this.url), response);
		});
		await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
		this.server.unref();
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}

	reset(): void {
		Object.assign(this, {
			...{ files: [], clockOffset: 0, dateHeader: undefined, pageSize: 100 },
			...{ filtersFolders: false, namesFolders: false },
			...{ unknownFolderStatus: undefined, deleteAnswer: undefined },
		});
		this.deleted.length = 0;
		this.requests.length = 0;
	}

	private answer(method: string, url: URL, response: ServerResponse): void {
		const date = this.dateHeader ?? new Date(Date.now() + this.clockOffset).toUTCString();
		const send = ({ status, body, type, headers = {} }: Response) => {
			response.sendDate = false;
			response.writeHead(status, { 'content-type': type, date, ...headers }).end(body);
		};
		const json = (body: object, status = 200) =>
			send({ status, body: JSON.stringify(body), type: 'application/json' });
		if (method === 'DELETE') {
			this.deleted.push(decodeURIComponent(url.pathname.split('/').at(-1)!));
			return this.deleteAnswer ? send(this.deleteAnswer) : json({ deleted: true, success: true });
		}
		const { searchParams: query } = url;
		const folder = query.get('folder_id');
		const isUnknown = folder !== null && !this.files.some((file) => file.folder === folder);
		if (isUnknown && this.unknownFolderStatus) {
			return json({ error: { code: 'x', message: 'x' } }, this.unknownFolderStatus);
		}
		const listed = this.files.filter(
			(file) => !this.filtersFolders || folder === null || file.folder === folder,
		);
		const size = Math.min(
			this.pageSize,
			Number(query.get('limit') ?? query.get('per_page')) || 100,
		);
		const perPage = this.pageSize > 200 ? this.pageSize : size;
		const start = Number(query.get('offset') ?? (Number(query.get('page') ?? 1) - 1) * perPage);
		const total = listed.length;
		const page = listed.slice(start, start + perPage);
		if (url.pathname.endsWith('/packages')) {
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
		if (query.has('per_page')) {
			return json({
				...{ total, page: Number(query.get('page')), per_page: perPage },
				files: page.map(({ id, name, createdAt, folder: own }) => ({
					...{ id, name, size: 1, created_at: createdAt },
					...(this.namesFolders && own !== undefined && { folder_id: own }),
				})),
			});
		}
		json({
			total,
			files: page.map(({ id, name, ...more }) => ({ fileId: id, fileName: name, ...more })),
		});
	}
}
