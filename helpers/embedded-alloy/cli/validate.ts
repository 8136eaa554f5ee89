import type { Stability } from '../catalog/known-components.ts';
import { describeError } from '../language/describe-error.ts';
import { type Diagnostic, DiagnosticError, formatReport } from '../language/syntax/diagnostic.ts';
import type { SourceFile } from '../language/syntax/source.ts';
import { checkConfiguration } from '../runtime/check.ts';
import { parseConfiguration, readConfiguration } from '../runtime/configuration.ts';

/** The options of `alloy validate`. */
export type ValidateOptions = { readonly stability: Stability; readonly communityComponents: boolean };

/** What a command prints, and its exit code. */
export type CommandResult = { readonly exitCode: 0 | 1; readonly stdout: string; readonly stderr: string };

/** Runs `alloy validate PATH`. @throws Error when the path can't be read */
export async function validate(path: string, options: ValidateOptions): Promise<CommandResult> {
  return validateFiles(await readConfiguration(path), options);
}

/** Runs `alloy validate` on files that have been read. */
export async function validateFiles(files: readonly SourceFile[], options: ValidateOptions): Promise<CommandResult> {
  try {
    const diagnostics = await findProblems(files, options);
    return diagnostics.length === 0
      ? { exitCode: 0, stdout: '', stderr: '' }
      : { exitCode: 1, stdout: '\n', stderr: `${formatReport(diagnostics)}Error: validation failed\n` };
  } catch (error) {
    const reason = describeError(error);
    return { exitCode: 1, stdout: '', stderr: `validation failed: ${reason}Error: validation failed\n` };
  }
}

async function findProblems(files: readonly SourceFile[], options: ValidateOptions): Promise<readonly Diagnostic[]> {
  try {
    const blocks = parseConfiguration(files);
    return (await checkConfiguration(blocks, { ...options, content: true })).diagnostics;
  } catch (error) {
    if (error instanceof DiagnosticError) {
      return error.diagnostics;
    }
    throw error;
  }
}
