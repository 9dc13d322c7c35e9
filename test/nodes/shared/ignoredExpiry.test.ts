import type { ICredentialType, IDataObject, INodeType } from 'n8n-workflow';

import { FilesAppApi } from '../../../credentials/FilesAppApi.credentials';
import { FileShotApi } from '../../../credentials/FileShotApi.credentials';
import { SpeedyFilesApi } from '../../../credentials/SpeedyFilesApi.credentials';
import { FilesApp } from '../../../nodes/FilesApp/FilesApp.node';
import { FileShot } from '../../../nodes/FileShot/FileShot.node';
import { outlives } from '../../../nodes/shared/dates';
import { SpeedyFiles } from '../../../nodes/SpeedyFiles/SpeedyFiles.node';
import { itemWith } from '../../support/binary';
import { errorOf, outputOf, runNode } from '../../support/engine';
import { byId } from '../../support/locators';
import { PACKAGE } from '../../support/speedyFiles';
import { useTestServer } from '../../support/testServer';

/** Everything for which a user sets an expiry, with servers that ignore it. */
const DAY = 86_400_000;
const host = useTestServer();

interface Expiring {
	node: INodeType;
	credentialType: ICredentialType;
	parameters: IDataObject;
	/** The response without the expiry date. */
	body: IDataObject;
	field: string;
	/** The message of the error. */
	message: string;
	id: string;
}

const EXPIRING: Array<[string, Expiring]> = [
	[
		'a share link of Files App',
		{
			node: new FilesApp(),
			credentialType: new FilesAppApi(),
			parameters: {
				...{ resource: 'shareLink', operation: 'create', fileId: byId('file_1') },
				...{ expires: true, expiresIn: 2 },
			},
			body: { id: 'share_1', url: 'https://f.example/s/1' },
			field: 'expires_at',
			message: 'Files App created a share link that does not expire when it should',
			id: 'share_1',
		},
	],
	[
		'a file of FileShot',
		{
			node: new FileShot(),
			credentialType: new FileShotApi(),
			parameters: { resource: 'file', operation: 'upload', expires: true, expiryDays: 2 },
			body: { fileId: 'abc' },
			field: 'expiresAt',
			message: 'FileShot stored “a.txt” for longer than its Expires After',
			id: 'abc',
		},
	],
	[
		'a package of SpeedyFiles',
		{
			node: new SpeedyFiles(),
			credentialType: new SpeedyFilesApi(),
			parameters: { resource: 'package', operation: 'create', ...PACKAGE, ttlDays: 2 },
			body: { id: 'p1', status: 'draft' },
			field: 'expires_at',
			message: 'SpeedyFiles created a package that does not expire when it should',
			id: 'p1',
		},
	],
	[
		'a token of SpeedyFiles',
		{
			node: new SpeedyFiles(),
			credentialType: new SpeedyFilesApi(),
			parameters: {
				...{ resource: 'token', operation: 'create', name: 'x' },
				options: { expiresInDays: 2 },
			},
			body: { id: 7, token: 'sf_a-token-that-is-new' },
			field: 'expires_at',
			message: 'SpeedyFiles created a token that does not expire when it should',
			id: '7',
		},
	],
];

/** @param days between the service's clock and the expiry date; a text or null as it is, undefined for no field */
const dateIn = (days: number | string | null | undefined) =>
	typeof days === 'number' ? new Date(Date.now() + days * DAY).toISOString() : days;

describe.each(EXPIRING)('%s that is to expire in two days', (_, expiring) => {
	const { node, credentialType, parameters, body, field, message, id } = expiring;
	async function run(expires: unknown, date = new Date()) {
		host.respond({
			headers: { date: date.toUTCString() },
			body: { ...body, [field]: expires },
		});
		return await runNode({
			...{ node, credentialType, parameters },
			credentials: { baseUrl: host.url, apiKey: 'key', apiToken: 'key' },
			input: [await itemWith({ data: { name: 'a.txt', bytes: Buffer.from('a') } })],
		});
	}

	it.each([null, '', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 3.1, 30])(
		'is an error if the service reports %j',
		async (days) => {
			const error = errorOf(await run(dateIn(days)));
			expect(error.message).toBe(message);
			expect(error.description).toContain(`Its ID is ${id}.`);
			expect(JSON.stringify(error)).not.toContain('sf_a-token');
		},
	);

	it.each([undefined, 1, 2, 2.9, 'soon'])('is accepted if it reports %j', async (days) => {
		expect(outputOf(await run(dateIn(days)))).toHaveLength(1);
	});

	it('counts from the clock of the service', async () => {
		expect(outputOf(await run(dateIn(12), new Date(Date.now() + 10 * DAY)))).toHaveLength(1);
	});
});

it('a date that cannot be read does not outlive another', () => {
	expect(outlives({}, 0)).toBe(false);
	expect(outlives('1/2/2099', 0)).toBe(false);
});
