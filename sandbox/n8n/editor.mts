import { existsSync } from 'node:fs';
import { chromium, type Locator, type Page } from 'playwright-core';
import { UserError } from '../system/userError.mjs';
import { OWNER } from './rest.mts';

/** Where a browser may be; CHROMIUM_PATH names another place. */
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

/** The editor is slow to come up on two cores. */
const EDITOR_TIMEOUT_MS = 60_000;

/** @throws {UserError} when there is no browser */
function browserProgram(): string {
	const found = [process.env.CHROMIUM_PATH ?? '', ...BROWSERS].find((file) => existsSync(file));
	if (found) return found;
	throw new UserError(
		'There is no Chromium on this machine. On Debian: sudo apt-get install -y chromium; or set CHROMIUM_PATH.',
	);
}

/** n8n's editor in a headless browser, logged in as the owner. */
export class Editor {
	private constructor(
		/** The browser's page, for what has no method here. */
		readonly page: Page,
		private readonly url: string,
		/** Ends the browser. */
		readonly close: () => Promise<void>,
	) {}

	/**
	 * Starts the browser and logs in through the form.
	 * @param url where n8n is
	 * @throws {UserError} when there is no browser
	 */
	static async open(url: string): Promise<Editor> {
		const browser = await chromium.launch({ executablePath: browserProgram(), args: FLAGS });
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

	/** Shows a saved workflow, the whole of it, and waits until its nodes are drawn. */
	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${id}`);
		await this.page.locator('[data-test-id=canvas-node]').first().waitFor();
		await this.page.locator('[data-test-id=zoom-to-fit]').click();
		await this.settle();
	}

	/** A node on the canvas. */
	node(name: string): Locator {
		return this.page.locator(`[data-test-id=canvas-node][data-node-name=${JSON.stringify(name)}]`);
	}

	/** Names of the nodes on the canvas that are marked as not ready. */
	async nodesWithIssues(): Promise<string[]> {
		const marked = this.page.locator('[data-test-id=canvas-node]', {
			has: this.page.locator('[data-test-id=node-issues]'),
		});
		const nodes = await marked.all();
		const names = await Promise.all(nodes.map((node) => node.getAttribute('data-node-name')));
		return names.map(String).sort();
	}

	/** Types words into the search for nodes. */
	async searchFor(words: string): Promise<void> {
		const bar = this.page.locator('[data-test-id=node-creator-search-bar]');
		if (!(await bar.isVisible())) {
			await this.page.goto(`${this.url}/workflow/new`);
			await this.page.locator('[data-test-id=canvas-add-button]').click();
			await bar.waitFor();
		}
		await bar.fill(words);
	}

	/** Names of the nodes that the search shows at the moment, in its order. */
	async searchResults(): Promise<string[]> {
		const items = this.page.locator(
			'[data-test-id=node-creator] [data-test-id=item-iterator-item]',
		);
		return (await items.allInnerTexts()).map((text) => text.split('\n')[0]);
	}

	/** Opens a node's panel with its parameters. */
	async openNode(name: string): Promise<Locator> {
		await this.node(name).dblclick();
		const panel = this.page.locator('[data-test-id=ndv]');
		await panel.waitFor();
		await this.settle();
		return panel;
	}

	/** What is in the fields of a panel: texts, and what is chosen from a list. */
	async fieldsOf(panel: Locator): Promise<string[]> {
		const fields = await panel.locator('input[type=text], input:not([type]), textarea').all();
		return Promise.all(fields.map((field) => field.inputValue()));
	}

	/** Closes the node's panel. */
	async closeNode(): Promise<void> {
		await this.page.keyboard.press('Escape');
		await this.page.locator('[data-test-id=ndv]').waitFor({ state: 'hidden' });
	}

	/** Saves what is seen as a PNG. */
	async screenshot(file: string): Promise<void> {
		await this.page.screenshot({ path: file, animations: 'disabled' });
	}

	/** Lists and icons arrive after the frame: wait until nothing is loaded any more, but not for ever (n8n keeps a line open). */
	private async settle(): Promise<void> {
		await this.page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined);
		await this.page.waitForTimeout(500);
	}
}
