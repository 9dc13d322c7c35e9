import type { AxiosError, AxiosResponse } from 'axios';
import { signed } from './filestackSupport.mts';
import { form, sha256, text } from './formSupport.mts';
import { Bench, http, REQUEST } from './support.mts';
import { NEW_PACKAGE } from './speedyFilesSupport.mts';

const BYTES = 'twelve bytes';
const HASH = sha256(BYTES);

let bench: Bench;
beforeAll(async () => (bench = await Bench.start()));
afterAll(async () => await bench.stop());
afterEach(async () => await bench.control('delete', '/api/faults'));

type Answer = AxiosResponse<Record<string, unknown>>;

/** A service under test: a request that creates an object, and the object. */
interface Subject {
	/** The path of `make`. */
	path: string;
	make(): Promise<Answer>;
	/** The list that contains the object afterwards. */
	collection: string;
	error(status: number): unknown;
	/** The headers of a 429. */
	limits: string[];
	/** Requests whose response contains the size of a file of twelve bytes, or its SHA-256. */
	size(): Promise<unknown>;
	hash?(): Promise<unknown>;
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const infoOf = (id: 'fileCourier' | 'fileShot' | 'speedyFiles' | 'filesApp' | 'filestack') =>
	bench.sandbox.info.services[id];

function fileCourier(): Subject {
	return {
		path: '/api/ext/sessions',
		make: async () => (await bench.create(REQUEST)) as unknown as Answer,
		collection: 'sessions',
		error: () => ({ status: false, error: expect.any(String) as string }),
		// None are documented.
		limits: [],
		size: async () => {
			const { id, link } = await bench.session();
			const files = form({ files: text(BYTES) }, 'a.txt');
			await http.post(link, files);
			return ((await bench.status(id)).data.data.files as { size: number }[])[0].size;
		},
	};
}

function fileShot(): Subject {
	const { origins, credentials } = infoOf('fileShot');
	const make = async () =>
		await http.post<Record<string, unknown>>(
			`${origins.api}/api/files/upload`,
			form({ file: text(BYTES) }, 'a.txt'),
			bearer(credentials.apiKey),
		);
	return {
		path: '/api/files/upload',
		make,
		collection: 'files',
		error: () => ({ error: expect.any(String) as string }),
		// None are documented.
		limits: [],
		size: async () => (await make()).data.fileSize,
	};
}

function speedyFiles(): Subject {
	const { origins, credentials } = infoOf('speedyFiles');
	const packages = `${origins.instance}/api/v1/packages`;
	const access = bearer(credentials.apiToken);
	const make = async () =>
		await http.post<Record<string, unknown>>(
			packages,
			{ ...NEW_PACKAGE, direction: 'inbound' },
			access,
		);
	const uploaded = async () => {
		const { data } = await http.post<{ id: string }>(packages, NEW_PACKAGE, access);
		const files = form({ file: text(BYTES) }, 'a.txt');
		return (await http.post<Record<string, unknown>>(`${packages}/${data.id}/files`, files, access))
			.data;
	};
	return {
		path: '/api/v1/packages',
		make,
		// An inbound package has a link from the start.
		collection: 'links',
		error: (status) =>
			status === 500 ? 'Internal Server Error' : { detail: expect.any(String) as string },
		// The real instance has no limits.
		limits: [],
		size: async () => (await uploaded()).size_bytes,
		hash: async () => (await uploaded()).sha256,
	};
}

function filesApp(): Subject {
	const { credentials } = infoOf('filesApp');
	const make = async () =>
		await http.post<Record<string, unknown>>(
			`${credentials.baseUrl}/upload`,
			form({ file: text(BYTES) }, 'a.txt'),
			bearer(credentials.apiKey),
		);
	const codes: Record<number, string> = { 429: 'rate_limited' };
	return {
		path: '/api/v2/upload',
		make,
		collection: 'files',
		error: (status) => ({
			error: { code: codes[status] ?? 'internal_error', message: expect.any(String) as string },
		}),
		limits: ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'],
		size: async () => (await make()).data.size,
	};
}

function filestack(): Subject {
	const { origins, credentials } = infoOf('filestack');
	const expiry = Math.floor(Date.now() / 1000) + 600;
	const proof = signed(JSON.stringify({ expiry }), credentials.appSecret);
	const make = async () =>
		await http.post<Record<string, unknown>>(`${origins.api}/api/store/S3`, BYTES, {
			params: { key: credentials.apiKey, ...proof },
			headers: { 'content-type': 'text/plain' },
		});
	const metadata = async (field: string) => {
		const { data } = await make();
		const handle = String(data.url).slice(-20);
		const url = `${origins.api}/api/file/${handle}/metadata`;
		const response = await http.get<Record<string, unknown>>(url, {
			params: { ...proof, [field]: true },
		});
		return response.data[field];
	};
	return {
		path: '/api/store',
		make,
		collection: 'files',
		error: (code) => ({ result: 'error', error: { code, msg: expect.any(String) as string } }),
		limits: ['filestack-limit', 'filestack-remaining', 'filestack-reset'],
		size: async () => await metadata('size'),
		hash: async () => await metadata('sha256'),
	};
}

const SUBJECTS = { fileCourier, fileShot, speedyFiles, filesApp, filestack };

/** Returns the status of a response, or the code of the error. */
const outcome = async (call: Promise<Answer>) =>
	await call.then(
		({ status }) => status,
		(error: unknown) => (error as AxiosError).code ?? (error as Error).message,
	);

describe.each(Object.entries(SUBJECTS))('%s', (service, subjectOf) => {
	let subject: Subject;
	beforeAll(() => (subject = subjectOf()));
	const count = async () =>
		(await bench.control<unknown[]>('get', `/api/services/${service}/${subject.collection}`)).data
			.length;
	/** Adds a rule through the control API or the control page's form. */
	const rule = async (fault: object, more: object = {}) => {
		const { status } = await bench.control('post', '/api/faults', { service, fault, ...more });
		expect(status).toBe(201);
	};
	const press = async (fault: string, more: Record<string, string> = {}) => {
		const fields = new URLSearchParams({ where: service, fault, ...more });
		expect((await http.post(`${bench.portal}/control/faults`, fields)).status).toBe(303);
	};

	test.each([429, 500, 503])(
		"%i: responds in the service's own shape without processing",
		async (status) => {
			const before = await count();
			await rule({ type: 'status', status }, { path: subject.path, times: 1 });
			const response = await subject.make();
			expect([response.status, response.data]).toEqual([status, subject.error(status)]);
			if (status === 429) {
				const reported = Object.keys(response.headers).filter((name) =>
					/limit|remaining|reset/.test(name),
				);
				expect(reported.sort()).toEqual(subject.limits);
				// None of the five services documents it.
				expect(response.headers).not.toHaveProperty('retry-after');
			}
			expect(await count()).toBe(before);
			// The fault applies to one request and not to the next.
			expect((await subject.make()).status).toBeLessThan(300);
		},
	);

	test('HTML instead of JSON, without processing', async () => {
		const before = await count();
		await press('html');
		const { status, headers, data } = await subject.make();
		expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
		expect(data).toContain('<!doctype html>');
		await bench.control('delete', '/api/faults');
		expect(await count()).toBe(before);
	});

	test.each([
		['reset', 0, 'ECONNRESET'],
		['resetAfterBody', 1, 'ECONNRESET'],
		['truncate', 1, 'ERR_BAD_RESPONSE'],
	])('%s: creates %i, and the client receives %s', async (type, made, code) => {
		const before = await count();
		await press(type, { times: '1' });
		expect(await outcome(subject.make())).toBe(code);
		expect(await count()).toBe(before + made);
	});

	test('delay: processes the request after the delay', async () => {
		const before = await count();
		await rule({ type: 'delay', milliseconds: 120 }, { times: 1 });
		const started = performance.now();
		expect((await subject.make()).status).toBeLessThan(300);
		expect(performance.now() - started).toBeGreaterThanOrEqual(118);
		expect(await count()).toBe(before + 1);
	});

	test('applies to the second request only; never with a probability of 0', async () => {
		await press('503', { nth: '2' });
		const statuses = [];
		for (let call = 0; call < 3; call += 1) statuses.push((await subject.make()).status);
		expect(statuses.map((status) => status === 503)).toEqual([false, true, false]);
		await bench.control('delete', '/api/faults');
		await press('500', { chance: '0' });
		await rule({ type: 'status', status: 500 }, { probability: 0 });
		expect((await subject.make()).status).toBeLessThan(300);
	});

	test('reports a wrong size and a wrong hash', async () => {
		expect(await subject.size()).toBe(BYTES.length);
		await press('wrongSize');
		expect(await subject.size()).toBe(BYTES.length + 1);
		await bench.control('delete', '/api/faults');
		if (!subject.hash) return;
		expect(await subject.hash()).toBe(HASH);
		await press('wrongHash');
		const reported = await subject.hash();
		expect(reported).toMatch(/^[0-9a-f]{64}$/);
		expect(reported).not.toBe(HASH);
	});
});
