import { AjvCompiler } from '@fastify/ajv-compiler';

/**
 * The option of Fastify with which all servers of a process share their validators. By default, each server compiles its
 * schemas, and the schema of schemas, which takes more than half of the time in which a sandbox starts. Only for
 * schemas that are constants, because compiled ones are kept until the process ends.
 */
export const sharedValidators = {
	schemaController: { compilersFactory: { buildValidator: AjvCompiler() } },
} as const;
