import { existsSync } from 'node:fs';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { UserError } from '../system/userError.mjs';
import { OWNER } from './rest.mts';

/** Paths of browsers; CHROMIUM_PATH overrides them. */
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** The editor loads slowly on two cores. */
const EDITOR_TIMEOUT_MS = 60_000;

/** @throws {UserError} if no browser is installed */
function browserProgram(): string {
	const found = [process.env.CHROMIUM_PATH ?? '', ...BROWSERS].find((file) => existsSync(file));
	if (found) return found;
	throw new UserError(
		'Chromium is not installed. On Debian: sudo apt-get install -y chromium. Or set CHROMIUM_PATH.',
	);
}

/**
 * Starts a headless browser.
 * @throws {UserError} if no browser is installed
 */
export async function launchBrowser(): Promise<Browser> {
	return await chromium.launch({ executablePath: browserProgram(), args: FLAGS });
}

/** n8n's editor in a headless browser, logged in as the owner. */
export class Editor {
	private constructor(
		/** The browser page, for actions that have no method here. */
		readonly page: Page,
		private readonly url: string,
		/** Closes the browser. */
		readonly close: () => Promise<void>,
	) {}

	/**
	 * Starts the browser and logs in with the form.
	 * @param url n8n's base URL
	 * @throws {UserError} if no browser is installed
	 */
	static async open(url: string): Promise<Editor> {
		const browser = await launchBrowser();
		try {
			const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
			page.setDefaultTimeout(EDITOR_TIMEOUT_MS);
			await page.goto(`${url}/signin`);
			await page.fill('input[type=email]', OWNER.email);
			await page.fill('input[type=password]', OWNER.password);
			await page.click('[data-test-id=form-submit-button]');
			await page.waitForURL((address) => !address.pathname.startsWith('/signin'));
			return new Editor(page, url, () => browser.close());
		} catch (error) {
			await browser.close();
			throw error;
		}
	}

	/** Opens a saved workflow, zooms to fit and waits until its nodes are rendered. */
	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${id}`);
		await this.page.locator('[data-test-id=canvas-node]').first().waitFor();
		await this.page.locator('[data-test-id=zoom-to-fit]').click();
		await this.settle();
	}

	/** Returns a node on the canvas. */
	node(name: string): Locator {
		return this.page.locator(`[data-test-id=canvas-node][data-node-name=${JSON.stringify(name)}]`);
	}

	/** Returns the names of the nodes on the canvas that are marked as having issues. */
	async nodesWithIssues(): Promise<string[]> {
		const marked = this.page.locator('[data-test-id=canvas-node]', {
			has: this.page.locator('[data-test-id=node-issues]'),
		});
		const nodes = await marked.all();
		const names = await Promise.all(nodes.map((node) => node.getAttribute('data-node-name')));
		return names.map(String).sort();
	}

	/** Enters a text in the node search. */
	async searchFor(words: string): Promise<void> {
		const bar = this.page.locator('[data-test-id=node-creator-search-bar]');
		if (!(await bar.isVisible())) {
			await this.page.goto(`${this.url}/workflow/new`);
			await this.page.locator('[data-test-id=canvas-add-button]').click();
			await bar.waitFor();
		}
		await bar.fill(words);
	}

	/** Returns the names of the nodes in the search results, in order. */
	async searchResults(): Promise<string[]> {
		const items = this.page.locator(
			'[data-test-id=node-creator] [data-test-id=item-iterator-item]',
		);
		return (await items.allInnerTexts()).map((text) => text.split('\n')[0]);
	}

	/** Opens a node's parameter panel. */
	async openNode(name: string): Promise<Locator> {
		await this.node(name).dblclick();
		const panel = this.page.locator('[data-test-id=ndv]');
		await panel.waitFor();
		await this.settle();
		return panel;
	}

	/** Returns the values of a panel's fields, including selected options. */
	async fieldsOf(panel: Locator): Promise<string[]> {
		const fields = await panel.locator('input[type=text], input:not([type]), textarea').all();
		return Promise.all(fields.map((field) => field.inputValue()));
	}

	/** Closes the node's panel. */
	async closeNode(): Promise<void> {
		await this.page.keyboard.press('Escape');
		await this.page.locator('[data-test-id=ndv]').waitFor({ state: 'hidden' });
	}

	/** Saves a screenshot as PNG. */
	async screenshot(file: string): Promise<void> {
		await this.page.screenshot({ path: file, animations: 'disabled' });
	}

	/** Waits until lists and icons have loaded. Limited by a timeout, because n8n keeps a connection open. */
	private async settle(): Promise<void> {
		await this.page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined);
		await this.page.waitForTimeout(500);
	}
}
