const { buffer } = require('node:stream/consumers');
const { promisify } = require('node:util');
const { fromBuffer } = require('yauzl');

async function unzip(bytes) {
	// Without decodeStrings, names that point outside of the archive are not rejected.
	const zip = await promisify(fromBuffer)(bytes, { lazyEntries: true, decodeStrings: false });
	const entries = [];
	return await new Promise((resolve, reject) => {
		zip.on('error', reject).on('end', () => resolve(entries));
		zip.on('entry', (entry) => {
			zip.openReadStream(entry, (error, stream) => {
				if (error) return reject(error);
				void buffer(stream).then((content) => {
					entries.push([String(entry.fileName), content]);
					zip.readEntry();
				}, reject);
			});
		});
		zip.readEntry();
	});
}

const unzipTexts = async (bytes) =>
	(await unzip(bytes)).map(([name, content]) => [name, String(content)]);

module.exports = { unzip, unzipTexts };
