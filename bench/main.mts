import { cases } from './cases/index.mts';
import { describeMachine } from './machine.mts';
import { redrawPlots, saveSection, section } from './report.mts';
import { withEnvironment } from './environment.mts';

const names = Object.keys(cases);
const wanted = process.argv.slice(2);
if (wanted.length === 1 && wanted[0] === '--plots') {
	await redrawPlots();
	process.exit(0);
}
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
	console.error(`There is no case "${unknown.join('", "')}". The cases are: ${names.join(', ')}.`);
	process.exit(2);
}

const log = (line: string) => void process.stderr.write(`  ${line}\n`);
let missed = 0;
for (const name of names.filter((one) => wanted.length === 0 || wanted.includes(one))) {
	const one = cases[name];
	log(`${one.title} (${name})`);
	const where = describeMachine();
	const findings =
		'runAlone' in one
			? await one.runAlone(log)
			: await withEnvironment(one.env ?? {}, log, async (bench) => await one.run(bench));
	const text = section(name, one.title, findings, where);
	await saveSection(name, text, names);
	console.log(`\n${text.replace(/^<!--.*\n\n/, '')}\n`);
	missed += findings.thresholds.filter(({ met }) => !met).length;
}
if (missed > 0) console.log(`${missed} of the thresholds were missed.`);
process.exit(missed > 0 ? 1 : 0);
