/** The sandbox's pages in Chromium, on a phone and on a screen, light and dark. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../sandbox/n8n/editor.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from './harness.mts';

/** Saves pictures of all pages into this folder, to look at them. */
const PICTURES = process.env.PORTAL_PICTURES;

const LONG = 'A_very_long_name_without_any_space_that_would_widen_a_page_'.repeat(3);

let place: ReturnType<typeof temporaryFolder>;
let sandbox: Sandbox;
let browser: Browser;
let receiver: Server;
/** The pages by name. */
let pages: Record<string, string>;

beforeAll(async () => {
	place = temporaryFolder('portal');
	sandbox = await startSandbox({ dataDir: place.folder });
	sandbox.info.editor = 'http://127.0.0.1:5678';
	receiver = createServer((request, response) => {
		request.resume();
		const error = { code: 404, message: 'This webhook is not registered.', hint: LONG };
		response.writeHead(404).end(JSON.stringify(error));
	});
	await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
	browser = await launchBrowser();
	pages = await fill();
}, 120_000);

afterAll(async () => {
	await browser?.close();
	await sandbox?.close();
	receiver?.closeAllConnections();
	receiver?.close();
	place.remove();
});

/** Uses the services, so that each page has something to show, and returns the pages. */
async function fill(): Promise<Record<string, string>> {
	const { portal, services } = sandbox.info;
	const { fileCourier, filestack, speedyFiles } = services;
	const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/${LONG}`;
	const { clientId: username, clientSecret: password } = fileCourier.credentials;
	const session = {
		...{ requestor_name: 'Acme Insurance', requestor_email: 'claims@acme.example' },
		...{ recipient_email: 'john@customer.example', recipient_phone: '+15551234567' },
		...{ subject: `Your claim ${LONG}`, message: 'Please upload the documents.' },
		...{ callback_url: hook, documents: ['Government ID', LONG] },
	};
	const createSession = async () => {
		const url = `${fileCourier.credentials.baseUrl}/api/ext/sessions`;
		const options = { auth: { username, password } };
		return (await axios.post<{ data: { upload_url: string } }>(url, session, options)).data.data;
	};
	const form = new FormData();
	form.append('files', new Blob(['x']), `${LONG}.txt`);
	await axios.post((await createSession()).upload_url, form);
	await eventually(async () => {
		const { data } = await axios.get<Array<{ attempts: unknown[] }>>(`${portal}/api/deliveries`);
		return data[0]?.attempts.length > 0;
	});
	const rule = {
		service: 'filesApp',
		path: `/${LONG}`,
		fault: { type: 'delay', milliseconds: 1500 },
	};
	await axios.post(`${portal}/api/faults`, rule);
	const file = { fileName: `${LONG}.txt`, content: 'eA==' };
	const shared = await axios.post<{ downloadUrl: string }>(
		`${portal}/api/services/fileShot/files`,
		file,
	);
	const hooks = `${speedyFiles.origins.instance}/admin/webhooks`;
	const fields = { url: hook, description: LONG, events: 'package.finalized' };
	await axios.post(hooks, new URLSearchParams(fields));
	const webhook = new URLSearchParams({ url: hook, events: 'fp.upload' });
	await axios.post(`${filestack.origins.developer}/webhooks`, webhook);
	await axios.patch(`${portal}/api/services/filestack/settings`, { security: 'off' });
	const store = `${filestack.origins.api}/api/store/S3?key=${filestack.credentials.apiKey}`;
	const type = { 'content-type': 'image/png' };
	await axios.post(`${store}&filename=${LONG}.png`, Buffer.alloc(1_234_567), { headers: type });
	return {
		...{ services: portal, outbox: `${portal}/outbox`, deliveries: `${portal}/deliveries` },
		...{ control: `${portal}/control`, unknown: `${portal}/unknown` },
		...{ fileCourier: (await createSession()).upload_url, fileShot: shared.data.downloadUrl },
		...{ speedyFiles: hooks, filestack: filestack.origins.developer },
	};
}

/** Runs in the page: finds what is wider than it, or cut off by something around it. */
const CUT_OFF = `(() => {
	const width = document.documentElement.clientWidth;
	const all = [...document.querySelectorAll('body *')].filter(
		(element) => element.checkVisibility() && !element.closest('.unseen, option'),
	);
	const wide = all.filter((element) => element.getBoundingClientRect().right > width + 1);
	const clipped = all.filter((element) => {
		const { overflowX, textOverflow } = getComputedStyle(element);
		const clips = overflowX !== 'visible' || textOverflow === 'ellipsis';
		const isField = /INPUT|SELECT/.test(element.tagName);
		return clips && !isField && element.scrollWidth > element.clientWidth + 1;
	});
	return [...wide, ...clipped].map((element) =>
		[element.tagName, element.className, element.textContent.trim().slice(0, 40)].join(' '),
	);
})()`;

describe.each([
	[390, 'light'],
	[390, 'dark'],
	[1280, 'light'],
	[1280, 'dark'],
] as const)('%i pixels wide, %s', (width, colorScheme) => {
	it('shows all pages completely and without errors', async () => {
		const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
		const page = await context.newPage();
		const errors: string[] = [];
		page.on('console', (message) => {
			if (message.type() === 'error') errors.push(`${page.url()}: ${message.text()}`);
		});
		for (const [name, url] of Object.entries(pages)) {
			await page.goto(url);
			for (const summary of await page.locator('summary').all()) await summary.click();
			const folder = PICTURES && join(PICTURES, `${name}-${width}-${colorScheme}.png`);
			if (folder) await page.screenshot({ path: folder, fullPage: true });
			expect([name, await page.evaluate(CUT_OFF)]).toEqual([name, []]);
		}
		// The page that does not exist responds with 404.
		expect(errors.filter((error) => !error.includes('/unknown'))).toEqual([]);
		await context.close();
	}, 120_000);
});

it('copies a credential, and says so', async () => {
	const context = await browser.newContext({
		permissions: ['clipboard-read', 'clipboard-write'],
	});
	const page = await context.newPage();
	await page.goto(pages.services);
	await page.getByRole('button', { name: 'Copy Instance URL of SpeedyFiles' }).click();
	await page.getByText('Instance URL of SpeedyFiles copied').waitFor({ state: 'attached' });
	const text = await page.evaluate('navigator.clipboard.readText()');
	expect(text).toBe(sandbox.info.services.speedyFiles.credentials.baseUrl);
	await context.close();
}, 60_000);
