/** Calls the function repeatedly, less and less often, for a limited time: an endless loop would outlive its test. */
async function eventually(look, seconds = 20) {
	const end = Date.now() + seconds * 1000;
	for (let pause = 10; ; pause = Math.min(100, pause * 1.2)) {
		const seen = await look();
		if (seen !== undefined && seen !== false) return seen;
		if (Date.now() > end) throw new Error(`It has not happened within ${seconds} seconds: ${look}`);
		await new Promise((resolve) => setTimeout(resolve, pause));
	}
}

module.exports = { eventually };
