/** fairway's client: discover, find, count and get over any FHIR servers, in Node and in browsers. See README.md */
export * from './answer.ts';
export { answerProvenance, traceText } from './answer-provenance.ts';
export { type Client, createClient } from './client.ts';
export { ageFromText, codedFromText, expressionFromText, sexFromText } from './criterion-text.ts';
export { wholeServer } from './find.ts';
export type { Download, FetchedRecord, SentRequest } from './get.ts';
export { type Journal, ServerError } from './http.ts';
export { defaultLimits, type Limits } from './limits.ts';
export type { Start } from './locate.ts';
export type { DatasetCriteria, PatientCriterion, Question, ServerCriteria } from './question.ts';
export { groupOf } from './question-group.ts';
export { questionOfGroup } from './question-of-group.ts';
export { readQuestion } from './question-read.ts';
export { questionText } from './question-text.ts';
export type { Asked, ClientSettings } from './walk.ts';
