/** Errors as FHIR states them: one class, one table from issue type to HTTP status, and the OperationOutcome made of them. https://hl7.org/fhir/R4B/operationoutcome.html */

/** FHIR issue type -> HTTP status. The only place that decides a status for an error. https://hl7.org/fhir/R4B/valueset-issue-type.html */
const statusOfIssue = {
  invalid: 400,
  structure: 400,
  required: 400,
  value: 400,
  'code-invalid': 400,
  invariant: 422,
  processing: 422,
  login: 401,
  forbidden: 403,
  suppressed: 403,
  'not-found': 404,
  deleted: 410,
  'not-supported': 400,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  'unsupported-media-type': 415,
  'too-long': 413,
  conflict: 409,
  'multiple-matches': 412,
  precondition: 412,
  'too-costly': 403,
  throttled: 429,
  exception: 500,
  'not-implemented': 501,
  transient: 503,
  timeout: 504,
} as const;

/** What went wrong, in terms from which both an issue type and an HTTP status follow. */
export type IssueCode = keyof typeof statusOfIssue;

/** FHIR knows fewer issue types than HTTP has reasons; those of ours map onto the closest one. */
const issueTypeOf: Partial<Record<IssueCode, string>> = {
  'method-not-allowed': 'not-supported',
  'not-acceptable': 'not-supported',
  'unsupported-media-type': 'not-supported',
  precondition: 'conflict',
  'not-implemented': 'not-supported',
};

/** One finding. `expression` is a FHIRPath into what was sent, for example `Patient.name[0].given`. */
export interface Issue {
  severity: 'fatal' | 'error' | 'warning' | 'information';
  code: IssueCode;
  diagnostics: string;
  expression?: string;
}

/** An OperationOutcome resource as plain JSON. */
export interface OperationOutcome {
  resourceType: 'OperationOutcome';
  issue: { severity: string; code: string; diagnostics: string; expression?: string[] }[];
}

/** The one error class. Anything else that is thrown is a defect and becomes a bare `exception`. */
export class FhirError extends Error {
  override readonly name = 'FhirError';
  readonly issues: readonly Issue[];

  constructor(code: IssueCode, diagnostics: string, options: { expression?: string; cause?: unknown } = {}) {
    super(diagnostics, options.cause === undefined ? undefined : { cause: options.cause });
    const issue: Issue = { severity: 'error', code, diagnostics };
    if (options.expression !== undefined) issue.expression = options.expression;
    this.issues = [issue];
  }

  /** Several findings at once, as validation gives them. `issues` must not be empty; the first error decides the status. */
  static of(issues: readonly Issue[]): FhirError {
    const first = issues.find((issue) => issue.severity === 'error' || issue.severity === 'fatal') ?? issues[0]!;
    const error = new FhirError(first.code, first.diagnostics);
    Object.assign(error, { issues });
    return error;
  }

  get code(): IssueCode {
    return (this.issues.find((issue) => issue.severity === 'error' || issue.severity === 'fatal') ?? this.issues[0]!)
      .code;
  }

  get status(): number {
    return statusOfIssue[this.code];
  }
}

/** The OperationOutcome that states `issues`. */
export function outcomeOf(issues: readonly Issue[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, diagnostics, expression }) => ({
      severity,
      code: issueTypeOf[code] ?? code,
      diagnostics,
      ...(expression === undefined ? {} : { expression: [expression] }),
    })),
  };
}
