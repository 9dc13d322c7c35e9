import type { ICredentialType, IDataObject, INodeType } from 'n8n-workflow';

import { FileCourierApi } from '../../../credentials/FileCourierApi.credentials';
import { FilestackApi } from '../../../credentials/FilestackApi.credentials';
import { SpeedyFilesApi } from '../../../credentials/SpeedyFilesApi.credentials';
import { FileCourierTrigger } from '../../../nodes/FileCourier/FileCourierTrigger.node';
import { FilestackTrigger } from '../../../nodes/Filestack/FilestackTrigger.node';
import { SpeedyFilesTrigger } from '../../../nodes/SpeedyFiles/SpeedyFilesTrigger.node';
import { ActiveTrigger } from '../../support/events';
import { hmacSha256 } from '../../support/sign';

/** Correctly signed but malformed bodies: the sender always gets a response, and no execution fails. */
const SECRET = 'a-webhook-secret';
const TRIGGERS: Array<[string, INodeType, ICredentialType]> = [
	['FileCourier', new FileCourierTrigger(), new FileCourierApi()],
	['SpeedyFiles', new SpeedyFilesTrigger(), new SpeedyFilesApi()],
	['Filestack', new FilestackTrigger(), new FilestackApi()],
];

const now = new Date().toISOString();

/** JSON values for any field, as text, because most of them cannot be written as JavaScript values. */
const VALUES = [
	'null',
	'true',
	'0',
	'-1',
	'1e999',
	'9007199254740993',
	'""',
	'" "',
	'"\\ud800"',
	'"a\\r\\nb\\u0000"',
	'[]',
	'[null]',
	'[[1],"x",{}]',
	'{}',
	'{"__proto__":{"polluted":true}}',
	'{"__proto__":null,"constructor":1,"toString":2,"hasOwnProperty":3,"then":4}',
	'"2026-99-99T99:99:99Z"',
	`"${'x'.repeat(100_000)}"`,
	`"https://127.0.0.1:9/${'a/'.repeat(50_000)}?"`,
];

/** The fields of the bodies of all services together. */
const FIELDS = {
	event: '"files.delivered"',
	action: '"fp.upload"',
	timestamp: `"${now}"`,
	package_id: '"p1"',
	file_id: '"f1"',
	recipient_email: '"a@example.com"',
	original_name: '"a.pdf"',
	expires_at: `"${now}"`,
	id: '1',
	uuid: '"u"',
	status: '"completed"',
	data: '{"request_id":"r","files":[{"name":"a","size":1}]}',
	text: '{"url":"https://127.0.0.1:9/a","filename":"a","size":1,"type":"a/b"}',
};

const bodyWith = (fields: Record<string, string>) =>
	`{${Object.entries({ ...FIELDS, ...fields })
		.map(([name, value]) => `"${name}":${value}`)
		.join(',')}}`;

/** Bodies with the value in each field, and in each field of their objects. */
const bodiesWith = (value: string): string[] => [
	...Object.keys(FIELDS).map((name) => bodyWith({ [name]: value })),
	...['request_id', 'reference_id', 'recipient_email', 'files'].map((name) =>
		bodyWith({ data: `{"${name}":${value}}` }),
	),
	...['name', 'url', 'size', 'type', 'expires_at'].map((name) =>
		bodyWith({ data: `{"request_id":"r","files":[{"${name}":${value}}]}` }),
	),
	...['url', 'filename', 'size', 'type', 'handle', 'data', 'link'].map((name) =>
		bodyWith({ text: `{"${name}":${value}}` }),
	),
	bodyWith({ __proto__x: value }).replace('__proto__x', '__proto__'),
	value,
	`[${value}]`,
];

describe.each(TRIGGERS)('the trigger of %s', (_, node, credentialType) => {
	let trigger: ActiveTrigger;
	beforeEach(async () => {
		trigger = await ActiveTrigger.start(
			node,
			credentialType,
			{ baseUrl: 'http://127.0.0.1:9', webhookSecret: SECRET },
			{
				events: ['*'],
				output: 'file',
				download: true,
				binaryPropertyName: 'data',
				options: { maxAge: 0, repeatWindow: 0, downloadBudget: 1 },
			},
		);
	});
	afterEach(async () => await trigger.stop());

	/** As plain text, so that n8n passes on a body that is not JSON as well. */
	async function deliver(body: string) {
		const seconds = String(Math.floor(Date.now() / 1000));
		const signature = hmacSha256(body, SECRET);
		return await trigger.deliver(body, {
			'content-type': 'text/plain',
			'X-FileCourier-Signature': signature,
			'X-SpeedyFiles-Signature': signature,
			'FS-Timestamp': seconds,
			'FS-Signature': hmacSha256(`${seconds}.${body}`, SECRET),
		});
	}

	it.each(VALUES.map((value) => [value.slice(0, 40), value]))(
		'responds to bodies with %s in any field',
		async (__, value) => {
			const statuses = new Set<number>();
			for (const body of bodiesWith(value)) statuses.add(await deliver(body));
			// 503: a file that cannot be downloaded at the moment.
			expect([...statuses].filter((status) => ![200, 400, 503].includes(status))).toEqual([]);
			for (const item of trigger.items) expectHarmless(item);
			expect(({} as IDataObject).polluted).toBeUndefined();
		},
	);

	it.each([
		['nested a thousand deep', `${'['.repeat(1000)}${']'.repeat(1000)}`],
		['nested a hundred thousand deep', `${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`],
	])('rejects a body that is %s', async (__, deep) => {
		expect(await deliver(bodyWith({ data: deep, text: deep }))).toBe(400);
		expect(trigger.items).toEqual([]);
	});
});

/** Checks that an item contains nothing that could harm a later node. */
function expectHarmless(item: unknown): void {
	if (typeof item !== 'object' || item === null) {
		expect(typeof item).not.toBe('function');
		expect(item).not.toBe('undefined');
		expect(item).not.toBe('[object Object]');
		return;
	}
	expect(Object.getPrototypeOf(item)).toBe(
		Array.isArray(item) ? Array.prototype : Object.prototype,
	);
	expect(Object.hasOwn(item, '__proto__')).toBe(false);
	for (const value of Object.values(item)) expectHarmless(value);
}
