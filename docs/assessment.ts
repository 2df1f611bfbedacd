/** Writes docs/reference/assessment.md from the indicators and their measures: `npm run docs`. */
import { weights } from '../src/fair/assessment/assessment.ts';
import { letterNames } from '../src/fair/assessment/fhir.ts';
import { indicators } from '../src/fair/assessment/indicators.ts';
import type { Indicator } from '../src/fair/assessment/measurement.ts';
import { vocabularyList } from '../src/fair/assessment/vocabulary.ts';
import { defaultProbeLimits } from '../src/federation/client/assess/assess-probe.ts';
import { canonical } from '../src/fhir/canonical.ts';
import { operationLimits } from '../src/operation/assess.ts';

const code = (text: string): string => `\`${text}\``;
const { requests, totalMs } = defaultProbeLimits;

/** The whole page. */
export function assessmentPage(): string {
  const parts = Object.entries(letterNames).map(([letter, name]) => {
    const own = indicators.filter((one) => one.letter === letter);
    return `### ${name}\n\n${own.map(indicatorSection).join('\n')}`;
  });
  const rows = vocabularyList.map(({ name, system, page }) => `| ${name} | ${code(system)} | ${page} |`);
  return `${introduction}${parts.join('\n')}
## Vocabularies that are taken for FAIR

Any other is asked for at its canonical URL, then as a CodeSystem on the servers of the record and the data; one that answers passes.

| vocabulary | system | published at |
| --- | --- | --- |
${rows.join('\n')}
`;
}

const indicatorSection = ({ id, priority, wording, measured, remedy }: Indicator): string =>
  `#### ${id}, ${priority}\n\n${wording}.\n\n- Measured: ${measured}\n- Remedy: ${remedy}\n`;

const introduction = `<!-- Made by \`npm run docs\` from src/fair/assessment; change that. -->

# FAIR assessment

\`fairway assess\` and the operation [\`$assess\`](rest/operation-assess.md) measure the 41 indicators of RDA’s [FAIR Data Maturity Model](https://doi.org/10.15497/rda00050) for one data set, as [FHIR for FAIR](https://hl7.org/fhir/uv/fhir-for-fair/) reads them. The data set is named by its record: a Library, ResearchStudy, List or DocumentManifest. Nothing is filled in by hand: identifiers are resolved, searched for and followed, the record is fetched in each format and as nobody in particular, references to data are followed across servers, a few records are read where that is permitted, vocabularies are looked up, the servers’ CapabilityStatements, histories, Provenance and \`$validate\` are asked. All requests read.

## Results

| result | points | RDA’s maturity | means |
| --- | --- | --- | --- |
| met | 1 | 4 | it was seen |
| in part | 0.5 | 3 | some of it was seen |
| not met | 0 | 1 | it was looked for and not found |
| does not apply | | 0 | the record has no data of its own but is made of other records (\`composed-of\`): assess those |
| not measured | | | it could not be looked at; the reason says why. It counts for nothing in the score and as not met for the level |

RDA’s maturity 2 (under consideration) is an intention, which cannot be seen from outside.

The **score** of a letter is the percentage of points among what was measured, weighted by priority: essential ${weights.essential}, important ${weights.important}, useful ${weights.useful}. The **level** is RDA’s: 0 not all essential indicators are met, 1 all of them, 2 half of the important ones too, 3 all of those, 4 half of the useful ones too, 5 all.

Every result says what was seen and where, and whatever is not met says what to do.

## Restricted data

Restricted is not unFAIR. A refusal (401, 403), or a search that finds nothing where the record states conditions, shows that something is there; what passes then is a door with someone at it: a record that says whom or how to ask, a server that tells programs where tokens come from. What only records could show (their codes, their references) is not measured, unless the record states it (\`dataRequirement\`) or a token is given. A Group or a List that everyone may read does not make its data open.

## What one assessment may cost

At most ${requests} requests, ${totalMs / 1000} s (\`--timeout\`), six at a time; of a record the first five identifiers, eight links and ten references to data are followed. The operation asks at most ${operationLimits.requests} times and takes ${operationLimits.totalMs / 1000} s. What is left out is not measured, and said to be so. Tokens go to the server that they are for; redirects to other servers are followed without them.

## As FHIR

\`--out FILE\` (in the shape of R4 and R4B) and the operation (in that of its server) give Parameters:

- \`report\`: a MeasureReport by \`${canonical.fairAssessmentMeasure}\`. The extension \`${canonical.summaryDataSet}\` refers to the record. A group for each letter has the score in percent, and as populations how many indicators are \`met\`, \`measured\` and \`applicable\`, and the \`level\`; a stratum for each indicator has its score and its \`maturity\`. What was not measured has a \`data-absent-reason\` in place of a score.
- \`outcome\`: an OperationOutcome with an issue for each indicator that is not met: error (essential) or warning; information for what was not measured. \`details\` names the indicator, \`diagnostics\` says what was seen and what to do.

Codes are those of \`${canonical.fairIndicator}\`.

The operation sees its own server through the door of its asker, so that it tells nobody what they could not read themselves, and each record that it looks at stands in the audit log. Whether the record may be read by nobody in particular is left to who asks as such. Other servers it asks without any token, where it is allowed to ask any.

## Indicators

`;
