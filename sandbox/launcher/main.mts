import { join, resolve } from 'node:path';
import { OWNER } from '../n8n/rest.mts';
import type { SavedWorkflow } from '../n8n/workflows.mts';
import { installExamples } from '../demo/examples.mts';
import { requestDocuments, runDemo } from '../demo/demo.mts';
import { takeLock } from '../system/lock.mjs';
import type { LauncherOptions } from './options.mjs';
import { findN8nPort, openSandbox } from './ports.mts';
import { PortalClient } from '../demo/portalClient.mts';
import { UserError } from '../system/userError.mjs';
import { ROOT } from '../system/repository.mjs';
import { StepError, DemoSteps } from '../demo/assertions.mts';
import { startEnvironment, type Environment } from '../n8n/environment.mts';

/** The data folder of n8n and the sandbox: FILE_DELIVERY_RUN_DIR, or .run in the repository. */
const FOLDER = resolve(process.env.FILE_DELIVERY_RUN_DIR ?? join(ROOT, '.run'));

/** Prevents a second start: two instances of n8n would corrupt a shared database. */
function lockFolder(): () => void {
	const lock = takeLock(join(FOLDER, 'start.lock'));
	if ('release' in lock) return () => lock.release();
	throw new UserError(
		`It is already running (process ${lock.holder}). Stop it first: press Ctrl+C in its terminal or run kill ${lock.holder}.`,
	);
}

/** Resolves at the first signal to stop. A second Ctrl+C stops the process immediately. */
function stopRequested(): Promise<void> {
	return new Promise((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
			process.once(signal, () => resolve());
	});
}

/** Prints the links to n8n and the sandbox. Creates a session, so that the user can try its upload page. */
async function showLinks(
	environment: Environment,
	workflows: Map<string, SavedWorkflow>,
): Promise<void> {
	const { portal } = environment.sandbox.info;
	const request = workflows.get('request-documents');
	const lines = [
		['n8n', environment.n8n.url],
		['  log in with', `${OWNER.email}   password ${OWNER.password}`],
		...[...workflows.values()].map(({ id, name }) => [
			`  ${name}`,
			`${environment.n8n.url}/workflow/${id}`,
		]),
		['sandbox', portal],
		['  outbox', `${portal}/outbox`],
		['  deliveries', `${portal}/deliveries`],
	];
	// If this fails, the demo has already reported the reason.
	const session = request && (await requestDocuments(environment, request).catch(() => undefined));
	if (session) lines.push(['upload page to try', session.uploadUrl]);
	console.log('\nEverything is running. Press Ctrl+C to stop.\n');
	for (const [name, place] of lines) console.log(`  ${name.padEnd(24)} ${place}`);
	console.log(`\n  Every start resets the examples to their version in examples/. Edit a copy.`);
}

async function demo(
	environment: Environment,
	workflows: Map<string, SavedWorkflow>,
): Promise<boolean> {
	console.log('\nDemo 1: request, upload and deliver documents');
	const steps = new DemoSteps();
	try {
		await runDemo(environment, workflows, steps);
		console.log(`  ${steps.summary()}.`);
		return true;
	} catch (error) {
		if (!(error instanceof StepError)) throw error;
		console.log(`\n  The demo failed. See n8n's log: ${environment.n8n.log}.`);
		return false;
	}
}

/**
 * The part of `npm start` that runs once all dependencies are installed: starts n8n and the sandbox, runs demo 1 and
 * (without --once) keeps both running until it receives a signal. The exit code is 0 only if the demo succeeded.
 */
export async function main(options: LauncherOptions): Promise<void> {
	const release = lockFolder();
	const end = stopRequested();
	let environment: Environment | undefined;
	try {
		const up = (async () => {
			environment = await startEnvironment({
				folder: FOLDER,
				n8nPort: await findN8nPort(options.port),
				openSandbox: (dataDir) => openSandbox(dataDir, options.sandboxPort),
				log: console.log,
			});
			// n8n uses its own clock: a sandbox that is months ahead would reject its dates.
			await new PortalClient(environment.sandbox.info.portal).resetClock();
			const workflows = await installExamples(environment.rest, environment.credentials);
			const succeeded = await demo(environment, workflows);
			process.exitCode = succeeded ? 0 : 1;
			if (!options.once) await showLinks(environment, workflows);
			return environment;
		})();
		const asked = await Promise.race([up.then(() => false), end.then(() => true)]);
		if (asked) {
			process.exitCode = 130;
			up.catch(() => undefined);
		} else if (!options.once) {
			await Promise.race([end, (await up).n8n.ended.then(throwStopped)]);
		}
	} finally {
		if (environment && !options.once) console.log('\nStopping …');
		await environment?.stop();
		release();
	}
}

function throwStopped(): never {
	throw new UserError(`n8n stopped unexpectedly. See the log: ${join(FOLDER, 'n8n.log')}`);
}
