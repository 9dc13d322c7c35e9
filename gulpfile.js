/**
 * Packs what is published: the whole as one package, from a staged copy that holds only what users get.
 * `npx gulp` builds, stages into packages/<name>/ and writes packages/<name>-<version>.tgz.
 */
const { execFile } = require('node:child_process');
const { mkdir, rm, writeFile } = require('node:fs/promises');
const { join } = require('node:path');
const { promisify } = require('node:util');

const { dest, series, src } = require('gulp');

const run = promisify(execFile);
const manifest = require('./package.json');

const PACKAGES = 'packages';

/** One published package: its manifest and the files below dist/ that it consists of. */
const whole = { name: manifest.name, manifest: publishedManifest(manifest), files: ['dist/**/*'] };

/** package.json without what only this repository needs. */
function publishedManifest({ scripts, devDependencies, ...published }) {
	return published;
}

async function build() {
	await run('npm', ['run', 'build']);
}

async function clean() {
	await rm(PACKAGES, { recursive: true, force: true });
	await mkdir(PACKAGES, { recursive: true });
}

function stage({ name, manifest, files }) {
	const folder = join(PACKAGES, name);
	const texts = ['README.md', 'LICENSE.md', 'CHANGELOG.md'];
	const copy = () =>
		src([...files, ...texts], { base: '.', encoding: false, allowEmpty: true }).pipe(dest(folder));
	const describe = async () =>
		await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, '\t')}\n`);
	const pack = async () =>
		await run('npm', ['pack', '--ignore-scripts', '--pack-destination', '..'], { cwd: folder });
	return [copy, describe, pack];
}

exports.stage = series(clean, ...stage(whole));
exports.default = series(build, exports.stage);
