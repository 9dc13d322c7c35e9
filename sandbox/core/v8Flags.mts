import { setFlagsFromString } from 'node:v8';

// The sandbox runs beside n8n, a browser and the tests on one machine, and is never short of time: V8 shall collect
// early instead of letting the heap grow. In force for what is loaded afterwards.
setFlagsFromString('--optimize-for-size');
