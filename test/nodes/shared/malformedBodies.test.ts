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

/** The fields of the bodies of a service, and `other`, which no service sends. */
const FIELDS: Record<string, Record<string, string>> = {
	FileCourier: {
		event: '"files.delivered"',
		timestamp: `"${now}"`,
		data: '{"request_id":"r","files":[{"name":"a","size":1}]}',
		other: '1',
	},
	// Without the title, so that the trigger requests the package.
	SpeedyFiles: {
		event: '"package.downloaded"',
		timestamp: `"${now}"`,
		package_id: '"p1"',
		file_id: '"f1"',
		recipient_email: '"a@example.com"',
		original_name: '"a.pdf"',
		expires_at: `"${now}"`,
		other: '1',
	},
	Filestack: {
		action: '"fp.upload"',
		timestamp: `${Date.now()}`,
		id: '1',
		uuid: '"u"',
		status: '"completed"',
		data: '{}',
		text: '{"url":"https://127.0.0.1:9/a","filename":"a","size":1,"type":"a/b"}',
		other: '1',
	},
};

/** Fields of objects in the bodies of a service: the field with the object, and its JSON with one of them. */
const INNER: Record<
	string,
	Array<[field: string, names: string[], json: (one: string) => string]>
> = {
	FileCourier: [
		['data', ['request_id', 'reference_id', 'recipient_email', 'files'], (one) => `{${one}}`],
		[
			'data',
			['name', 'url', 'size', 'type', 'expires_at'],
			(one) => `{"request_id":"r","files":[{${one}}]}`,
		],
	],
	SpeedyFiles: [],
	Filestack: [
		['text', ['url', 'filename', 'size', 'type', 'handle', 'data', 'link'], (one) => `{${one}}`],
	],
};

const bodyWith = (service: string, fields: Record<string, string>) =>
	`{${Object.entries({ ...FIELDS[service], ...fields })
		.map(([name, value]) => `"${name}":${value}`)
		.join(',')}}`;

/** Bodies with the value in each field, and in each field of their objects. */
const bodiesWith = (service: string, value: string): string[] => [
	...Object.keys(FIELDS[service]).map((name) => bodyWith(service, { [name]: value })),
	...INNER[service].flatMap(([field, names, json]) =>
		names.map((name) => bodyWith(service, { [field]: json(`"${name}":${value}`) })),
	),
	bodyWith(service, { __proto__x: value }).replace('__proto__x', '__proto__'),
	value,
	`[${value}]`,
];

describe.each(TRIGGERS)('the trigger of %s', (service, node, credentialType) => {
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
		const signed: Record<string, string> =
			service === 'Filestack'
				? { 'FS-Timestamp': seconds, 'FS-Signature': hmacSha256(`${seconds}.${body}`, SECRET) }
				: { [`X-${service}-Signature`]: hmacSha256(body, SECRET) };
		return await trigger.deliver(body, { 'content-type': 'text/plain', ...signed });
	}

	it.each(VALUES.map((value) => [value.slice(0, 40), value]))(
		'responds to bodies with %s in any field',
		async (__, value) => {
			const statuses = new Set<number>();
			for (const body of bodiesWith(service, value)) statuses.add(await deliver(body));
			// 503: a file that cannot be downloaded at the moment.
			expect([...statuses].filter((status) => ![200, 400, 503].includes(status))).toEqual([]);
			expect(trigger.items.flatMap(harmsOf)).toEqual([]);
			expect(({} as IDataObject).polluted).toBeUndefined();
		},
	);

	it.each([
		['nested a thousand deep', `${'['.repeat(1000)}${']'.repeat(1000)}`],
		['nested a hundred thousand deep', `${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`],
	])('rejects a body that is %s', async (__, deep) => {
		expect(await deliver(bodyWith(service, { data: deep, text: deep }))).toBe(400);
		expect(trigger.items).toEqual([]);
	});
});

/** Lists what could harm a later node. */
function harmsOf(item: unknown): string[] {
	if (typeof item !== 'object' || item === null) {
		if (typeof item === 'function') return ['a function'];
		return item === 'undefined' || item === '[object Object]' ? [item] : [];
	}
	const prototype = Array.isArray(item) ? Array.prototype : Object.prototype;
	return [
		...(Object.getPrototypeOf(item) === prototype ? [] : ['another prototype']),
		...(Object.hasOwn(item, '__proto__') ? ['__proto__'] : []),
		...Object.values(item).flatMap(harmsOf),
	];
}
