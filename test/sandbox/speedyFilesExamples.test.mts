import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { curl, withCurl } from './curl.mts';
import { sha256 as hashOf } from './formSupport.mts';
import { http } from './support.mts';
import { Instance } from './speedyFilesSupport.mts';

let instance: Instance;
beforeAll(async () => (instance = await Instance.start()));
afterAll(async () => await instance.stop());

/** The package of the docs' examples (SpeedyFiles docs, REST API, Code examples). */
const PACKAGE = {
	title: 'Q4 financials',
	recipient_email: 'cfo@acme.com',
	recipient_name: 'Acme CFO',
	direction: 'outbound',
	ttl_days: 14,
};

/** The requests that a client library sends for the three steps of the docs. */
interface Client {
	json(url: string, token: string, body: object): Promise<unknown>;
	file(url: string, token: string, name: string, bytes: string): Promise<unknown>;
	bare(url: string, token: string): Promise<unknown>;
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

async function send(url: string, headers: Record<string, string>, body: string): Promise<unknown> {
	const { status, data } = await http.post<unknown>(url, body, {
		headers: { 'Content-Type': '', ...headers },
		transformRequest: [(sent: unknown) => sent],
	});
	expect(status).toBeLessThan(300);
	return data;
}

const multipart = (boundary: string, lines: string[]) => ({
	type: `multipart/form-data; boundary=${boundary}`,
	body: [`--${boundary}`, ...lines, `--${boundary}--`, ''].join('\r\n'),
});

/** Python's requests: JSON with spaces, and a part without a type. */
const python: Client = {
	json: async (url, token, body) => {
		const text = JSON.stringify(body).replaceAll('":', '": ').replaceAll(',"', ', "');
		return await send(url, { ...bearer(token), 'Content-Type': 'application/json' }, text);
	},
	file: async (url, token, name, bytes) => {
		const { type, body } = multipart('5a1b0c8e4f2d4c7f9b3e6d8a7c5f4e3d', [
			`Content-Disposition: form-data; name="file"; filename="${name}"`,
			'',
			bytes,
		]);
		return await send(url, { ...bearer(token), 'Content-Type': type }, body);
	},
	bare: async (url, token) => await send(url, bearer(token), ''),
};

/** fetch and FormData of Node.js. */
const node: Client = {
	json: async (url, token, body) => {
		const headers = { ...bearer(token), 'Content-Type': 'application/json' };
		return await (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json();
	},
	file: async (url, token, name, bytes) => {
		const form = new FormData();
		form.append('file', new Blob([bytes]), name);
		return await (await fetch(url, { method: 'POST', headers: bearer(token), body: form })).json();
	},
	bare: async (url, token) =>
		await (await fetch(url, { method: 'POST', headers: bearer(token) })).json(),
};

test.each(Object.entries({ python, node }))(
	'the send flow with %s: create, upload, finalize, download',
	async (_name, client) => {
		const api = `${instance.url}/api/v1`;
		const { token } = instance;
		const made = (await client.json(`${api}/packages`, token, PACKAGE)) as { id: string };
		expect(made).toMatchObject({ title: PACKAGE.title, status: 'draft' });
		const files = ['Q4-report.pdf', 'Q4-spreadsheet.xlsx'];
		const ids: string[] = [];
		for (const name of files) {
			const url = `${api}/packages/${made.id}/files`;
			const file = (await client.file(url, token, name, `the bytes of ${name}`)) as { id: string };
			const sha256 = hashOf(`the bytes of ${name}`);
			expect(file).toMatchObject({ original_name: name, sha256, state: 'complete' });
			ids.push(file.id);
		}
		const result = (await client.bare(`${api}/packages/${made.id}/finalize`, token)) as {
			magic_link: string;
		};
		for (const [index, name] of files.entries()) {
			const { data } = await http.get<string>(`${result.magic_link}/file/${ids[index]}`);
			expect(data).toBe(`the bytes of ${name}`);
		}
	},
);

withCurl('the send flow with curl', async () => {
	const { folder } = instance.bench;
	const files = ['Q4-report.pdf', 'Q4-spreadsheet.xlsx'];
	for (const name of files) await writeFile(join(folder, name), `the bytes of ${name}`);
	const post = async <T,>(path: string, ...args: string[]) =>
		await curl<T>(
			folder,
			...['-X', 'POST', `${instance.url}/api/v1/packages${path}`],
			...['-H', `Authorization: Bearer ${instance.token}`, ...args],
		);
	const type = ['-H', 'Content-Type: application/json'];
	const { id } = await post<{ id: string }>('', ...type, '-d', JSON.stringify(PACKAGE, null, 2));
	for (const name of files) {
		const file = await post(`/${id}/files`, '-F', `file=@./${name}`);
		expect(file).toMatchObject({ original_name: name, state: 'complete' });
	}
	const { magic_link } = await post<{ magic_link: string }>(`/${id}/finalize`);
	expect(magic_link).toContain('/p/');
});
