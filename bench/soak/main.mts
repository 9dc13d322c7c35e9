import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../sandbox/system/repository.mjs';
import { describeMachine } from '../machine.mts';
import { saveSection, section } from '../report.mts';
import { findingsOf } from './findings.mts';
import { soakControl } from './control.mts';
import { soak } from './soak.mts';

const { values } = parseArgs({
	options: {
		hours: { type: 'string', default: '1' },
		minutes: { type: 'string' },
		cycle: { type: 'string', default: '15' },
		seed: { type: 'string', default: '1' },
		control: { type: 'boolean', default: false },
	},
});
const minutes = Number(values.minutes ?? Number(values.hours) * 60);
const cycleSeconds = Number(values.cycle);
const seed = Number(values.seed);
if (![minutes, cycleSeconds].every((one) => one > 0) || !Number.isSafeInteger(seed)) {
	console.error(
		'Usage: npm run soak -- [--hours 1 | --minutes 2] [--cycle seconds] [--seed n] [--control]',
	);
	process.exit(2);
}

const log = (line: string) => void process.stderr.write(`  ${line}\n`);
const machine = describeMachine();
/** Shorter runs are over before the records of the triggers matter. */
const isFilled = minutes >= 10;
const options = { minutes, cycleSeconds, seed, isFilled, log };
if (values.control) {
	const controlled = await soakControl(options);
	const { table } = findingsOf(controlled, cycleSeconds);
	const { samples, expected, problems, failures } = controlled;
	const method = [
		`The same n8n for ${minutes} minutes, but no node of this package in a workflow: ${samples.at(-1)?.executions} executions of the Webhook and HTTP Request nodes with files of the same sizes as in the soak test, three RSS Feed Triggers that poll every 10 s, and no faults.`,
		`${expected} reports expected, ${problems.lost.length} lost; ${failures.length} executions failed.`,
	];
	const text = section(
		'soakControl',
		'Soak test of n8n’s own nodes',
		{ method, table, thresholds: [] },
		machine,
	);
	await saveSection('soakControl', text);
	console.log(text);
	process.exit(0);
}
const result = await soak(options);
const findings = findingsOf(result, cycleSeconds);
const text = section('soak', 'Soak test', findings, machine);
if (isFilled) {
	const folder = join(ROOT, 'bench', 'plots');
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'soak.json'), `${JSON.stringify(result, null, '\t')}\n`);
	await saveSection('soak', text);
}
console.log(`\n${text.replace(/^<!--.*\n\n/, '')}\n`);
if (!isFilled) console.log(JSON.stringify(result, null, 1));
process.exit(findings.thresholds.every(({ met }) => met) ? 0 : 1);
