/**
 * FileShot's share page in Chromium: it decrypts files of FileShot's desktop app, and those that the node has encrypted in
 * a real n8n, with WebCrypto.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { createCipheriv, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { argon2id } from 'hash-wasm';
import type { Browser, Page } from 'playwright-core';
import { sha256 } from '../../sandbox/demo/demoFiles.mts';
import { launchBrowser } from '../../sandbox/n8n/editor.mts';
import { downloadBinary, type Execution, waitForExecution } from '../../sandbox/n8n/executions.mts';
import type { JsonObject } from '../../sandbox/n8n/json.mts';
import { runManually, upsertWorkflow } from '../../sandbox/n8n/workflows.mts';
import {
	credentialsFor,
	inARow,
	INSTALL_MS,
	node,
	startTestSystem,
	type TestSystem,
} from './harness.mts';

interface Vector {
	name: string;
	rawKey: string | null;
	passphrase: string | null;
	plainHex: string;
	containerHex: string;
}

let environment: TestSystem;
let browser: Browser;
let page: Page;
let vectors: Vector[];

beforeAll(async () => {
	environment = await startTestSystem();
	const { portal } = environment.sandbox.info;
	await axios.patch(`${portal}/api/services/fileShot/settings`, { dialect: 'both' });
	browser = await launchBrowser();
	page = await browser.newPage();
	const file = new URL('../support/fszkVectors.json', import.meta.url);
	vectors = JSON.parse(await readFile(file, 'utf8')) as Vector[];
}, INSTALL_MS);

afterAll(async () => {
	await browser?.close();
	await environment?.stop();
});

/** Adds an encrypted file, as if FileShot's desktop app had uploaded it, and returns its link without the key. */
async function linkOf({ containerHex }: Pick<Vector, 'containerHex'>): Promise<string> {
	const content = Buffer.from(containerHex, 'hex').toString('base64');
	const file = { fileName: 'x.bin', content, isZeroKnowledge: true };
	const url = `${environment.sandbox.info.portal}/api/services/fileShot/files`;
	return (await axios.post<{ downloadUrl: string }>(url, file)).data.downloadUrl;
}

/** Saves the decrypted file, and returns its name and bytes. */
async function save() {
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		page.locator('#decrypted').click(),
	]);
	return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Runs FileShot nodes one after the other in n8n. The first one receives a file of this content. */
async function runInN8n(content: Buffer, ...steps: JsonObject[]): Promise<Execution> {
	const data = {
		fileName: 'Übung.bin',
		mimeType: 'application/pdf',
		data: content.toString('base64'),
	};
	const jsCode = `return [{ json: {}, binary: { data: ${JSON.stringify(data)} } }];`;
	const nodes = steps.map((parameters, index) =>
		node(
			`Step ${index + 1}`,
			'n8n-nodes-file-delivery.fileShot',
			{ resource: 'file', ...parameters },
			{ credentials: credentialsFor(environment, 'fileShot') },
		),
	);
	const start = node('Start', 'n8n-nodes-base.manualTrigger');
	const file = node('File', 'n8n-nodes-base.code', { jsCode }, { typeVersion: 2 });
	const all = [start, file, ...nodes];
	const { rest } = environment;
	const workflow = await upsertWorkflow(rest, {
		name: `Encrypted ${randomBytes(4).toString('hex')}`,
		nodes: all,
		connections: inARow(...all.map(({ name }) => name)),
	});
	const execution = await waitForExecution(rest, await runManually(rest, workflow));
	expect([execution.status, execution.error]).toEqual(['success', undefined]);
	return execution;
}

/** More than two chunks of the container, and more than one of the upload. */
const content = randomBytes(1_300_000);

const vectorNamed = (name: string) => vectors.find((vector) => vector.name === name)!;

describe('the share page of an encrypted file in Chromium', () => {
	it('decrypts with the key in the link', async () => {
		const vector = vectorNamed('raw-4-chunks');
		await page.goto(`${await linkOf(vector)}#k=${vector.rawKey}`);
		expect(await page.locator('#passphrase').isVisible()).toBe(false);
		await page.getByRole('button', { name: 'Decrypt' }).click();
		const { name, bytes } = await save();
		expect([name, bytes.toString('hex')]).toEqual(['Übung “1”.txt', vector.plainHex]);
	}, 60_000);

	it('decrypts with a passphrase, and rejects a wrong one', async () => {
		const vector = vectorNamed('passphrase-pbkdf2');
		await page.goto(await linkOf(vector));
		await page.locator('#passphrase').fill('wrong');
		await page.getByRole('button', { name: 'Decrypt' }).click();
		await page.getByText('The key or passphrase does not fit').waitFor();
		await page.locator('#passphrase').fill(vector.passphrase!);
		await page.getByRole('button', { name: 'Decrypt' }).click();
		expect((await save()).bytes.toString('hex')).toBe(vector.plainHex);
	}, 60_000);

	it('decrypts a file that the node has encrypted with a key in the link', async () => {
		const parameters = { operation: 'upload', encrypt: 'raw', options: { partSizeMb: 0.5 } };
		const { items } = await runInN8n(content, parameters);
		await page.goto(String(items['Step 1'][0].json.secretLink));
		await page.getByRole('button', { name: 'Decrypt' }).click();
		const { name, bytes } = await save();
		expect([name, sha256(bytes)]).toEqual(['Übung.bin', sha256(content)]);
	}, 60_000);

	it('decrypts a file that the node has encrypted with a passphrase', async () => {
		const encryptionPassphrase = ' Tr0ub4dor & 3 – ü ';
		const parameters = { operation: 'upload', encrypt: 'passphrase', encryptionPassphrase };
		const { items } = await runInN8n(content, parameters);
		const { json } = items['Step 1'][0];
		expect(json).not.toHaveProperty('secretLink');
		await page.goto(String(json.link ?? json.downloadUrl));
		await page.locator('#passphrase').fill(encryptionPassphrase.trim());
		await page.getByRole('button', { name: 'Decrypt' }).click();
		await page.getByText('The key or passphrase does not fit').waitFor();
		await page.locator('#passphrase').fill(encryptionPassphrase);
		await page.getByRole('button', { name: 'Decrypt' }).click();
		expect(sha256((await save()).bytes)).toBe(sha256(content));
	}, 60_000);
});

describe('the node in a real n8n', () => {
	it('decrypts a file whose passphrase is protected with Argon2id', async () => {
		const fileId = {
			__rl: true,
			mode: 'url',
			value: await linkOf({ containerHex: await containerWithArgon2id('correct horse') }),
		};
		const parameters = { operation: 'download', fileId, decryptionPassphrase: 'correct horse' };
		const { items } = await runInN8n(content, parameters);
		const [{ json, binary }] = items['Step 1'];
		expect(json).toMatchObject({ name: 'plan.txt', decrypted: true, keyMode: 'passphrase' });
		expect(String(await downloadBinary(environment.rest, binary.data))).toBe('Only for you');
	}, 60_000);
});

/** Encrypts a text as FileShot's newer apps do (fileshot-desktop, src-tauri/src/zke/mod.rs), with hash-wasm. */
async function containerWithArgon2id(password: string): Promise<string> {
	const [salt, iv] = [randomBytes(16), randomBytes(12)];
	const costs = { iterations: 2, parallelism: 1 };
	const key = await argon2id({
		...{ password, salt, ...costs, memorySize: 65_536, hashLength: 32, outputType: 'binary' },
	});
	const plain = Buffer.from('Only for you');
	const kdf = { alg: 'argon2id', salt: salt.toString('base64url'), memory: 65_536, ...costs };
	const header = JSON.stringify({
		...{ v: 1, magic: 'FSZK', chunkSize: 524_288, fileSize: plain.length, name: 'plan.txt' },
		...{ mime: 'text/plain', iv: iv.toString('base64url'), keyMode: 'passphrase' },
		...{ kdf: { ...kdf, hashLen: 32 }, createdAt: 1_700_000_000_000 },
	});
	const prefix = Buffer.from('FSZK\u0001....');
	prefix.writeUInt32BE(header.length, 5);
	const cipher = createCipheriv('aes-256-gcm', key, iv);
	const sealed = [cipher.update(plain), cipher.final(), cipher.getAuthTag()];
	return Buffer.concat([prefix, Buffer.from(header), ...sealed]).toString('hex');
}
