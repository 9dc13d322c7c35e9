/**
 * Checks how a real service behaves where its documentation is silent or contradicts itself, with the user's own account:
 * `npm run live -- fileShot`. Uploads tiny files and deletes them; asks before anything is emailed or counted. The report
 * contains no values and can be attached to an issue.
 */
import { createInterface } from 'node:readline/promises';
import { reportError, UserError } from '../sandbox/system/userError.mjs';
import { checkFileCourier } from './fileCourier.mts';
import { checkFilesApp } from './filesApp.mts';
import { checkFileShot } from './fileShot.mts';
import { checkFilestack } from './filestack.mts';
import type { Confirm, ServiceReport } from './observer.mts';
import { checkSpeedyFiles } from './speedyFiles.mts';

interface Check {
	/** The environment variables with the credential. */
	variables: string[];
	/** Undefined if every user has another one. */
	baseUrl?: string;
	run: (baseUrl: string, credential: string[], confirm: Confirm) => Promise<ServiceReport>;
}

const { env } = process;

const CHECKS: Readonly<Record<string, Check>> = {
	fileCourier: {
		variables: ['FILECOURIER_CLIENT_ID', 'FILECOURIER_CLIENT_SECRET'],
		baseUrl: 'https://api.filecourier.io',
		run: async (baseUrl, [clientId, clientSecret], confirm) => {
			const recipient = env.FILECOURIER_RECIPIENT;
			return await checkFileCourier(baseUrl, { clientId, clientSecret, recipient }, confirm);
		},
	},
	filesApp: {
		variables: ['FILESAPP_API_KEY'],
		baseUrl: 'https://files-app.com/api/v2',
		run: async (baseUrl, [apiKey]) => await checkFilesApp(baseUrl, apiKey),
	},
	fileShot: {
		variables: ['FILESHOT_API_KEY'],
		baseUrl: 'https://api.fileshot.io',
		run: async (baseUrl, [apiKey]) => await checkFileShot(baseUrl, apiKey),
	},
	filestack: {
		variables: ['FILESTACK_API_KEY', 'FILESTACK_APP_SECRET'],
		baseUrl: 'https://www.filestackapi.com',
		run: async (baseUrl, [apiKey, appSecret], confirm) => {
			const cdnBaseUrl = env.FILESTACK_CDN_URL ?? 'https://cdn.filestackcontent.com';
			const uploadBaseUrl = env.FILESTACK_UPLOAD_URL ?? 'https://upload.filestackapi.com';
			const hosts = { baseUrl, cdnBaseUrl, uploadBaseUrl };
			const sourceUrl = env.FILESTACK_SOURCE_URL;
			return await checkFilestack(hosts, { apiKey, appSecret, sourceUrl }, confirm);
		},
	},
	speedyFiles: {
		variables: ['SPEEDYFILES_API_TOKEN'],
		run: async (baseUrl, [token], confirm) => await checkSpeedyFiles(baseUrl, token, confirm),
	},
};

/** Asks the user in the terminal. Returns false if there is none. */
async function confirm(question: string): Promise<boolean> {
	if (!process.stdin.isTTY) return false;
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	const answer = await terminal.question(`${question} [y/N] `);
	terminal.close();
	return /^y(es)?$/i.test(answer.trim());
}

async function check(service = '', baseUrl?: string): Promise<void> {
	const names = Object.keys(CHECKS).join(', ');
	if (!Object.hasOwn(CHECKS, service))
		throw new UserError(`Usage: npm run live -- <service> [base URL]. The services are: ${names}.`);
	const { variables, run, ...wanted } = CHECKS[service];
	const url = baseUrl ?? wanted.baseUrl;
	if (url === undefined)
		throw new UserError(`Add the URL of your instance: npm run live -- ${service} <base URL>`);
	const credential = variables.map((name) => env[name] ?? '');
	if (credential.includes(''))
		throw new UserError(`Set ${variables.join(' and ')} to the credential of your account.`);
	const { settings, requests, skipped = [] } = await run(url, credential, confirm);
	console.log(`Settings of the simulation of ${service}:`);
	for (const [name, value] of Object.entries(settings)) console.log(`  set ${name} to ${value}`);
	if (skipped.length > 0) console.log('\nNot checked:');
	for (const line of skipped) console.log(`  ${line}`);
	console.log(`\nResponses:\n${requests.map((line) => `  ${line}`).join('\n')}`);
}

await check(process.argv[2], process.argv[3]).catch(reportError);
