/** A failure the person can do something about: its message is the whole sentence to show, without a stack. */
export class Problem extends Error {}

/** The sentence for a known fault in a program's output or an error's message, or undefined. */
export function sentenceFor(text: string): string | undefined;

/** Prints a failure (a sentence where the fault is known) and sets the exit code to 1. */
export function report(error: unknown): void;
