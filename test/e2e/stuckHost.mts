import { TestServer } from '../support/testServer.ts';

/** A host that stops in the middle: of a file, and of the response to any other request. */
export class StuckHost extends TestServer {
	isStuck = true;
	/** The paths of the requests: that of a file once its first bytes have been sent. */
	readonly paths: string[] = [];

	/**
	 * @param file the content of all paths that start with /file
	 * @param sentBytes the bytes of a response that arrive before it is stuck
	 */
	constructor(file: Buffer, sentBytes: number) {
		super();
		this.handle(({ url = '', headers }, response) => {
			if (!url.startsWith('/file')) {
				this.paths.push(url);
				if (!this.isStuck) response.end('{}');
				return;
			}
			const [, first] = /^bytes=(\d+)-/.exec(headers.range ?? '') ?? [];
			const start = Number(first ?? 0);
			response.writeHead(first === undefined ? 200 : 206, {
				'content-length': file.length - start,
				etag: '"1"',
				'accept-ranges': 'bytes',
				...(first !== undefined && {
					'content-range': `bytes ${start}-${file.length - 1}/${file.length}`,
				}),
			});
			if (this.isStuck) {
				response.write(file.subarray(start, sentBytes), () => this.paths.push(url));
			} else response.end(file.subarray(start));
		});
	}
}
