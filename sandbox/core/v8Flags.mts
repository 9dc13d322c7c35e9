import { setFlagsFromString } from 'node:v8';

// The sandbox shares one machine with n8n, a browser and the tests and is never short of CPU time, so V8 should collect
// garbage early instead of growing the heap. Only affects modules loaded after this one.
setFlagsFromString('--optimize-for-size');
