/**
 * Takes the screenshots of the README and docs/ from a real n8n with the sandbox and writes them to docs/pictures/. Run
 * it with `npm run docs:pictures` after changing something that they show.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { installExamples } from './examples.mts';
import { requestDocuments } from './demo.mts';
import { UserError } from '../system/userError.mjs';
import { ROOT } from '../system/repository.mjs';
import { startEnvironment, type Environment } from '../n8n/environment.mts';
import { Editor } from '../n8n/editor.mts';
import type { SavedWorkflow } from '../n8n/workflows.mts';

const FOLDER = join(ROOT, 'docs', 'pictures');

/** Maximum size of a picture; every clone of the repository contains them. */
const MAX_BYTES = 200_000;

/**
 * The examples whose canvas is shown with its notes. The README shows the first one in light or dark, depending on the
 * reader's color scheme. examples/README.md shows all examples without their notes.
 */
const CANVASES = ['request-and-wait', 'receive-documents'];

/** The example that fills the outbox. */
const REQUEST = 'request-documents';

/** The parameter panels to take: a node of an example. */
const PANELS = [
	{ file: 'request-and-wait-panel', example: 'request-and-wait', node: 'Request and wait' },
	{ file: 'trigger-panel', example: 'receive-documents', node: 'Files delivered' },
	{ file: 'nodes/fileCourier', example: 'request-documents', node: 'Request documents' },
	{ file: 'nodes/fileShot', example: 'send-contract-encrypted', node: 'Upload encrypted' },
	{ file: 'nodes/speedyFiles', example: 'send-and-react', node: 'Send' },
	{ file: 'nodes/filesApp', example: 'receive-to-files-app', node: 'Upload' },
	{ file: 'nodes/filestack', example: 'images-for-the-web', node: 'Make smaller' },
	{ file: 'nodes/cleanUp', example: 'expiring-soon', node: 'SpeedyFiles' },
	{ file: 'resize-panel', example: 'images-for-the-web', node: 'Link to thumbnail' },
	{ file: 'transform-panel', example: 'images-for-the-web', node: 'Make smaller' },
	{ file: 'zip-panel', example: 'zip-and-send', node: 'Create ZIP' },
];

/** Hides the editor's controls, which cover the canvas. */
const HIDE_CONTROLS = `[data-test-id=canvas-controls], .vue-flow__controls, .vue-flow__panel, [data-test-id=canvas-chat-button],
	[class*=executionButtons], [data-test-id^=execute-workflow-button], [class*=addButton], [data-test-id=canvas-plus-button] { visibility: hidden !important; }`;

/** Hides the notes of a workflow, which repeat what examples/README.md says. */
const HIDE_NOTES = '.vue-flow__node:has([data-test-id=sticky]) { visibility: hidden !important; }';

/** Pixels that a node's name and subtitle extend below it on the canvas, and on each side of it. */
const NAME_HEIGHT = 48;
const NAME_OVERHANG = 40;

/** Returns the smallest area that contains all of these elements, with a margin, in pixels. */
async function areaOf(shown: Locator, below: number, beside: number, margin: number) {
	const boxes = (await Promise.all((await shown.all()).map((one) => one.boundingBox()))).filter(
		(box) => box !== null,
	);
	if (boxes.length === 0)
		throw new UserError('The page does not contain the elements to take a screenshot of.');
	const left = Math.min(...boxes.map(({ x }) => x)) - beside - margin;
	const top = Math.min(...boxes.map(({ y }) => y)) - margin;
	const right = Math.max(...boxes.map(({ x, width }) => x + width)) + beside + margin;
	const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + below + margin;
	return { x: Math.max(0, left), y: Math.max(0, top), width: right - left, height: bottom - top };
}

async function take(
	page: Page,
	name: string,
	shown: Locator,
	{ below = 0, beside = 0, margin = 0, hide = HIDE_CONTROLS } = {},
): Promise<void> {
	// Elements under the mouse pointer show additional controls.
	await page.mouse.move(0, 0);
	const path = join(FOLDER, `${name}.png`);
	const clip = await areaOf(shown, below, beside, margin);
	await page.screenshot({ path, clip, style: hide, animations: 'disabled', scale: 'css' });
	const { size } = statSync(path);
	if (size > MAX_BYTES)
		throw new UserError(
			`${path} has ${size} bytes, which is too large. Show a smaller area of the page.`,
		);
	console.log(`${name}.png  ${clip.width.toFixed()} x ${clip.height.toFixed()}, ${size} bytes`);
}

async function takeAll(
	environment: Environment,
	workflows: Map<string, SavedWorkflow>,
): Promise<void> {
	const editor = await Editor.open(environment.n8n.url);
	try {
		const { page } = editor;
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme });
			for (const example of CANVASES) {
				await editor.openWorkflow(workflows.get(example)?.id ?? '');
				const name = colorScheme === 'dark' ? `${example}-dark` : example;
				await take(page, name, page.locator('.vue-flow__node'), { below: NAME_HEIGHT, margin: 16 });
			}
		}
		await page.emulateMedia({ colorScheme: 'light' });
		for (const [example, workflow] of workflows) {
			await editor.openWorkflow(workflow.id);
			const nodes = page.locator('.vue-flow__node:not(:has([data-test-id=sticky]))');
			await take(page, join('examples', example), nodes, {
				below: NAME_HEIGHT,
				beside: NAME_OVERHANG,
				margin: 16,
				hide: HIDE_CONTROLS + HIDE_NOTES,
			});
		}
		for (const { file, example, node } of PANELS) {
			await editor.openWorkflow(workflows.get(example)?.id ?? '');
			const panel = await editor.openNode(node);
			await take(
				page,
				file,
				panel.locator('[data-test-id=ndv-parameters], [data-test-id=node-parameters]').first(),
			);
			await editor.closeNode();
		}
		await page.setViewportSize({ width: 960, height: 1100 });
		await page.goto(`${environment.sandbox.info.portal}/outbox`);
		await take(page, 'outbox', page.locator('main'));
	} finally {
		await editor.close();
	}
}

const folder = mkdtempSync(join(tmpdir(), 'file-delivery-pictures-'));
for (const part of ['examples', 'nodes']) mkdirSync(join(FOLDER, part), { recursive: true });
let environment: Environment | undefined;
try {
	environment = await startEnvironment({ folder, log: console.log });
	const workflows = await installExamples(environment.rest, environment.credentials);
	const request = workflows.get(REQUEST);
	if (!request) throw new UserError(`The example ${REQUEST} is missing.`);
	await requestDocuments(environment, request);
	await takeAll(environment, workflows);
} catch (error) {
	if (!(error instanceof UserError)) throw error;
	console.error(error.message);
	process.exitCode = 1;
} finally {
	await environment?.stop();
	rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
