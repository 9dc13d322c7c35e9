// Runs before each suite. Jest compares the bytes of buffers one by one, which takes seconds for a file of a few megabytes.
expect.addEqualityTesters([
	(one, other) => (Buffer.isBuffer(one) && Buffer.isBuffer(other) ? one.equals(other) : undefined),
]);
