/** Reads how PostgreSQL runs a statement: steps with the rows and costs that it expects, and what was measured. https://www.postgresql.org/docs/current/using-explain.html */
import type { Sql } from './connect.ts';

/** One step of a plan. Costs are in PostgreSQL's own unit: about the reading of one page. */
interface PlanStep {
  operation: string;
  /** the table or index that is read */
  on?: string;
  rows: number;
  cost: number;
  /** rows in all, and milliseconds, when it was run */
  measured?: { rows: number; milliseconds: number };
  steps: readonly PlanStep[];
}

export interface Plan {
  /** of the whole, when it was run */
  milliseconds?: number;
  root: PlanStep;
}

/** As PostgreSQL writes it. */
interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Plan Rows': number;
  'Total Cost': number;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Actual Total Time'?: number;
  Plans?: Node[];
}

/** `isMeasured` runs the statement, which reads only. */
export async function planOf(
  sql: Sql,
  text: string,
  values: readonly (string | number | boolean | null)[],
  isMeasured: boolean,
): Promise<Plan> {
  const options = isMeasured ? 'format json, analyze, timing' : 'format json';
  const [row] = await sql.unsafe(`explain (${options}) ${text}`, [...values], { prepare: false });
  const [told] = row!['QUERY PLAN'] as [{ Plan: Node; 'Execution Time'?: number }]; // PostgreSQL's form
  const milliseconds = told['Execution Time'];
  return { root: stepOf(told.Plan), ...(milliseconds === undefined ? {} : { milliseconds }) };
}

function stepOf(node: Node): PlanStep {
  const on = node['Index Name'] ?? node['Relation Name'];
  const loops = node['Actual Loops'];
  return {
    operation: node['Node Type'],
    ...(on === undefined ? {} : { on }),
    rows: node['Plan Rows'],
    cost: node['Total Cost'],
    ...(loops === undefined
      ? {}
      : {
          measured: {
            rows: Math.round((node['Actual Rows'] ?? 0) * loops),
            milliseconds: (node['Actual Total Time'] ?? 0) * loops,
          },
        }),
    steps: (node.Plans ?? []).map(stepOf),
  };
}
