/**
 * Checks how a real service behaves where its documentation is silent or contradicts itself, with the user's own account:
 * `npm run live -- fileShot`. Uploads tiny files and deletes them. The report contains no values and can be attached to an
 * issue.
 */
import { reportError, UserError } from '../sandbox/system/userError.mjs';
import { checkFileShot } from './fileShot.mts';
import type { ServiceReport } from './observer.mts';

interface Check {
	/** The environment variable with the credential. */
	variable: string;
	baseUrl: string;
	run: (baseUrl: string, credential: string) => Promise<ServiceReport>;
}

const CHECKS: Readonly<Record<string, Check>> = {
	fileShot: {
		variable: 'FILESHOT_API_KEY',
		baseUrl: 'https://api.fileshot.io',
		run: checkFileShot,
	},
};

async function check(service = '', baseUrl?: string): Promise<void> {
	const names = Object.keys(CHECKS).join(', ');
	if (!Object.hasOwn(CHECKS, service))
		throw new UserError(`Usage: npm run live -- <service> [base URL]. The services are: ${names}.`);
	const { variable, run, ...wanted } = CHECKS[service];
	const credential = process.env[variable];
	if (!credential) throw new UserError(`Set ${variable} to the credential of your account.`);
	const { settings, requests } = await run(baseUrl ?? wanted.baseUrl, credential);
	console.log(`Settings of the simulation of ${service}:`);
	for (const [name, value] of Object.entries(settings)) console.log(`  set ${name} to ${value}`);
	console.log(`\nResponses:\n${requests.map((line) => `  ${line}`).join('\n')}`);
}

await check(process.argv[2], process.argv[3]).catch(reportError);
