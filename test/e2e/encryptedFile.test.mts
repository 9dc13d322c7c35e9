/** FileShot's share page in Chromium: it decrypts files of FileShot's desktop app, and so those of the node, with WebCrypto. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../sandbox/n8n/editor.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';

interface Vector {
	name: string;
	rawKey: string | null;
	passphrase: string | null;
	plainHex: string;
	containerHex: string;
}

let folder: string;
let sandbox: Sandbox;
let browser: Browser;
let page: Page;
let vectors: Vector[];

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'encrypted-'));
	sandbox = await startSandbox({ dataDir: folder });
	browser = await launchBrowser();
	page = await browser.newPage();
	const file = new URL('../support/fszkVectors.json', import.meta.url);
	vectors = JSON.parse(await readFile(file, 'utf8')) as Vector[];
}, 120_000);

afterAll(async () => {
	await browser?.close();
	await sandbox?.close();
	await rm(folder, { recursive: true, force: true });
});

/** Returns the link of a file of the desktop app, without its key. */
async function linkOf({ containerHex }: Vector): Promise<string> {
	const content = Buffer.from(containerHex, 'hex').toString('base64');
	const file = { fileName: 'x.bin', content, isZeroKnowledge: true };
	const url = `${sandbox.info.portal}/api/services/fileShot/files`;
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
});
