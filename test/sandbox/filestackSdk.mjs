// Runs the official SDK (filestack-js, its Node.js entry) against a sandbox and prints the results as JSON. Runs in a
// separate process, because Jest on Node.js 20 cannot load an ES module through require(), which the SDK does.
// ¶ The SDK's hosts are fixed: `cname` only replaces their domain, and a port in a URL breaks its requests (it uses
// url.parse().host including the port as the host name). It also always uses https for the bare host in `location_url`.
// So the hosts are left unchanged, and the two functions of Node.js that open a connection are replaced here: every
// known host is mapped to its port of the sandbox, in plain HTTP. Everything else is the SDK's own code.
import { Buffer } from 'node:buffer';
import http from 'node:http';
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';

const { origins, credentials, path, image } = JSON.parse(readFileSync(0, 'utf8'));
const PORTS = {
	'www.filestackapi.com': origins.api,
	'upload.filestackapi.com': origins.upload,
	'process.filestackapi.com': origins.process,
	'cdn.filestackcontent.com': origins.cdn,
};
const known = new Set(Object.values(origins).map((url) => new URL(url).host));
const request = http.request.bind(http);
const led = ({ host, path: target, method, headers, auth }, done) => {
	const to = PORTS[host] ?? (known.has(host) ? `http://${host}` : undefined);
	if (to === undefined) throw new Error(`The SDK wants to speak to ${host}`);
	return request(new URL(target, to), { method, headers, auth }, done);
};
http.request = led;
https.request = led;

const { Filelink, init, getSecurity, FsRequest, validateWebhookSignature } = createRequire(
	import.meta.url,
)('filestack-js');

const call = ['pick', 'store', 'stat', 'read', 'write', 'remove', 'convert'];
const expiry = Math.floor(Date.now() / 1000) + 600;
const security = getSecurity({ expiry, call }, credentials.appSecret);
const client = init(credentials.apiKey, { security });

const uploaded = await client.upload(path, { concurrency: 2, partSize: 5 * 1024 * 1024 });
const { handle } = uploaded;
const metadata = await client.metadata(handle, { size: true, filename: true, sha256: true });
const downloaded = await client.download(handle);
const byUrl = await client.storeURL(`${origins.developer}/assets/style.css`, { path: 'x/' });
// The SDK has no overwrite (filestack-js, issues 468 and 496), so this uses its request module directly.
const overwritten = await FsRequest.post(
	`https://www.filestackapi.com/api/file/${handle}`,
	Buffer.from('# overwritten'),
	{ params: security, headers: { 'Content-Type': 'text/markdown' } },
);
const after = await client.metadata(handle, { size: true, mimetype: true });
const removed = await client.remove(handle);
const gone = await client.metadata(handle).catch((error) => error.response?.status);
const removedByUrl = await client.removeMetadata(byUrl.handle);

// The SDK builds the URLs of processing, and an app requests them.
const photo = (await client.upload(image)).handle;
const link = (sources) =>
	new Filelink(sources, credentials.apiKey).security(security).addTask('cache', false);
const links = {
	transformed: client.transform(photo, { resize: { width: 40 }, output: { format: 'png' } }),
	described: link(photo).addTask('imagesize').toString(),
	encoded: link(photo).setBase64(true).resize({ width: 30, height: 30, fit: 'crop' }).toString(),
	quoted: link(`${origins.cdn}/security=p:${security.policy},s:${security.signature}/${photo}`)
		.flip()
		.toString(),
	zipped: link([photo, photo]).addTask('zip').toString(),
	joined: link(photo)
		.collage({ files: [photo, photo], width: 300, height: 200, margin: 5 })
		.toString(),
	stored: link(photo).monochrome().store({ filename: 'a, b.jpg', path: '/x/' }).toString(),
};
const processed = {};
for (const [name, url] of Object.entries(links)) {
	const target = url.replace('https://cdn.filestackcontent.com', origins.cdn);
	const response = await new Promise((done, fail) => {
		request(new URL(target), done).once('error', fail).end();
	});
	const content = (await buffer(response)).toString('base64');
	processed[name] = [response.statusCode, response.headers['content-type'], content];
}

const size = downloaded.data.size ?? downloaded.data.length ?? downloaded.data.byteLength;
process.stdout.write(
	JSON.stringify({
		uploaded: { handle, url: uploaded.url, size: uploaded.size, status: uploaded.status },
		metadata,
		downloaded: size,
		byUrl,
		overwritten: overwritten.data,
		after,
		removed: [removed.status, removedByUrl.status, gone],
		processed,
		verifies: typeof validateWebhookSignature,
	}),
);
