/** fairway's client: discover, find, count and get over any FHIR servers, in Node and in browsers. See README.md */
export * from './answer.ts';
export { assessDataset } from './assess.ts';
export { type Client, createClient, type Start } from './client.ts';
export { ageFromText, codedFromText, sexFromText } from './criterion.ts';
export { wholeServer } from './find.ts';
export type { Download, FetchedRecord, SentRequest } from './get.ts';
export { ServerError } from './http.ts';
export { defaultLimits, type Limits } from './limits.ts';
export {
  type AgeRange,
  type CodeCriterion,
  type ObservationCriterion,
  type PatientCriterion,
  type Question,
  readQuestion,
} from './question.ts';
export type { Asked, ClientSettings } from './walk.ts';
