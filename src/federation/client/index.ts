/** fairway's client: discover, find, count and get over any FHIR servers, in Node and in browsers. See README.md */
export * from './answer.ts';
export { answerProvenance, traceText } from './answer-provenance.ts';
export { assessDataset } from './assess/assess.ts';
export { type Client, createClient } from './client.ts';
export type { CountedSearch, CountWay } from './count/way.ts';
export { type FetchedRecord, type Progress, recordKey } from './get/fetch-piece.ts';
export type { FetchedFile } from './get/file.ts';
export { plainFileName, recordsFileName, recordsFolder } from './get/file-name.ts';
export type { Delivery, Download, GetOptions, SentRequest, Sink, Tally } from './get/get.ts';
export type { Hop } from './get/plan.ts';
export { codeText, parseCode } from './question/criterion.ts';
export { ageFromText, codedFromText, expressionFromText, sexFromText } from './question/criterion-text.ts';
export {
  type CodedKind,
  type Comparator,
  codedKinds,
  comparators,
  type DatasetCriteria,
  type ObservationCriterion,
  type PatientCriterion,
  type Question,
  questionLimits,
  type ServerCriteria,
  type Sex,
  sexes,
  type ValueFilter,
} from './question/question.ts';
export { ccdlOf } from './question/question-ccdl.ts';
export { belowByDefault } from './question/question-criterion.ts';
export { groupOf } from './question/question-group.ts';
export { questionOfCcdl } from './question/question-of-ccdl.ts';
export { questionOfGroup } from './question/question-of-group.ts';
export { readQuestion } from './question/question-read.ts';
export { questionText } from './question/question-text.ts';
export { type ReasonCode, readReason, reasonIn } from './reason/reason.ts';
export { type Journal, ServerError } from './server/http.ts';
export { defaultLimits, type Limits } from './server/limits.ts';
export { wholeServer } from './walk/find.ts';
export type { Start } from './walk/locate.ts';
export { searchesByName } from './walk/named.ts';
export { datasetOf } from './walk/record.ts';
export type { Asked, ClientSettings } from './walk/walk.ts';
