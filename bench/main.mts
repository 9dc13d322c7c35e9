import { cases } from './cases/index.mts';
import { machine } from './machine.mts';
import { keep, section } from './report.mts';
import { withBench } from './environment.mts';

const names = Object.keys(cases);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
	console.error(`There is no case "${unknown.join('", "')}"; the cases are: ${names.join(', ')}.`);
	process.exit(2);
}

const tell = (line: string) => void process.stderr.write(`  ${line}\n`);
let missed = 0;
for (const name of names.filter((one) => wanted.length === 0 || wanted.includes(one))) {
	const { title, env = {} } = cases[name];
	tell(`${title} (${name})`);
	const where = machine();
	const findings = await withBench(env, tell, async (bench) => await cases[name].run(bench));
	const text = section(name, title, findings, where);
	keep(name, text, names);
	console.log(`\n${text.replace(/^<!--.*\n\n/, '')}\n`);
	missed += findings.targets.filter(({ met }) => !met).length;
}
if (missed > 0) console.log(`${missed} of the targets were missed.`);
process.exit(missed > 0 ? 1 : 0);
