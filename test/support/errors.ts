import type { IRun } from 'n8n-workflow';

import type { Service } from '../../nodes/shared/http/service';
import { errorOf } from './engine';
import type { Sandbox } from './sandbox';

/** A service in the tests of its errors. */
export interface FailingService {
	sandbox: Sandbox;
	service: Service;
	/** Runs an operation that only reads. */
	get(credentials?: object): Promise<IRun>;
	fault(kind: object, more?: object): Promise<void>;
}

type StatusRow = [status: number, words: RegExp, advice: string, calls?: number];

/** Tests that an error with each of these statuses contains the service's message, and advice, after so many calls. */
export function describeErrorStatuses(
	statuses: StatusRow[],
	{ sandbox, service, get, fault }: FailingService,
): void {
	it.each<StatusRow>(statuses)(
		'%i says what happened and what to do',
		async (status, words, advice, calls = 1) => {
			await fault({ type: 'status', status });
			const error = errorOf(await get());
			const start = `${service.name} responded with ${status}: `;
			expect(error.message.slice(0, start.length)).toBe(start);
			expect(error.message.slice(start.length)).toMatch(words);
			expect(error.description).toContain(advice);
			expect(await sandbox.statuses()).toEqual(Array(calls).fill(status));
		},
	);
}

/**
 * Tests that a web page does not count as a response of the service, but that its status does, because it may be the page of a
 * proxy.
 * @param sentence the name of the tests
 */
export function describeWebPages(sentence: string, { service, get, fault }: FailingService): void {
	it.each([200, 404, 502])(sentence, async (status) => {
		await fault({ type: 'html', status });
		const error = errorOf(await get());
		expect(error.message).toMatch(
			status === 200
				? new RegExp(
						`^http://127\\.0\\.0\\.1:\\d+ does not look like ${service.name}: it returned a web page \\(200\\)$`,
					)
				: new RegExp(`^${service.name} responded with ${status}: a web page \\(“Please wait”\\)$`),
		);
		expect(error.httpCode).toBe(status === 200 ? null : String(status));
		expect(error.description).toContain('Base URL');
	});
}

/** Tests that the message of an error is found in every form of error that the services use, and in others. */
export function describeErrorMessages(
	{ errorMessage }: Service,
	more: ReadonlyArray<readonly [body: unknown, words: string]>,
): void {
	it.each<readonly [body: unknown, words?: string]>([
		...more,
		[{ error: { message: 'm' } }, 'm'],
		[{ error: 'text' }, 'text'],
		[{ message: 'm' }, 'm'],
		[{}, undefined],
		[null, undefined],
	])('the words of %j are %j', (body, words) => {
		expect(errorMessage(body)).toBe(words);
	});
}

/** Expects an error about the credential after a single call, without the secret. */
export async function expectWrongSecret(
	run: IRun,
	secret: string,
	{ sandbox, message }: { sandbox: Sandbox; message: string | RegExp },
): Promise<void> {
	const error = errorOf(run);
	if (typeof message === 'string') expect(error.message).toBe(message);
	else expect(error.message).toMatch(message);
	expect(error.failure).toEqual({ cause: 'credential-invalid' });
	expect(everythingIn(error)).not.toContain(secret);
	expect(await sandbox.statuses()).toEqual([401]);
}

/** Returns everything that n8n keeps of an error, including its cause, context and response. */
export function everythingIn(error: unknown): string {
	const seen = new Set<unknown>();
	const collect = (value: unknown): string => {
		if (typeof value !== 'object' || value === null) return String(value);
		if (seen.has(value)) return '';
		seen.add(value);
		return Reflect.ownKeys(value)
			.map((key) => collect((value as Record<PropertyKey, unknown>)[key]))
			.join('\n');
	};
	return collect(error);
}
