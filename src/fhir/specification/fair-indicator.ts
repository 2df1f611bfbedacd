/** The 41 indicators of RDA's FAIR Data Maturity Model, in words of our own. https://doi.org/10.15497/rda00050 */

export type Letter = 'F' | 'A' | 'I' | 'R';
export type Priority = 'essential' | 'important' | 'useful';

export interface FairIndicator {
  /** RDA's, such as `RDA-F1-01M` */
  id: string;
  letter: Letter;
  priority: Priority;
  about: 'metadata' | 'data';
  wording: string;
}

type Row = readonly [id: string, priority: Priority, wording: string];

const rows: readonly Row[] = [
  ['F1-01M', 'essential', 'The record has an identifier that lasts'],
  ['F1-01D', 'essential', 'The data have an identifier that lasts'],
  ['F1-02M', 'essential', 'The identifier of the record is the only one of its kind in the world'],
  ['F1-02D', 'essential', 'The identifier of the data is the only one of its kind in the world'],
  ['F2-01M', 'essential', 'The record says enough for the data to be found'],
  ['F3-01M', 'essential', 'The record names the identifier of the data'],
  ['F4-01M', 'essential', 'The record can be harvested and indexed'],
  ['A1-01M', 'important', 'The record says how to get at the data'],
  ['A1-02M', 'essential', 'A person can get at the record'],
  ['A1-02D', 'essential', 'A person can get at the data'],
  ['A1-03M', 'essential', 'The identifier of the record leads to the record'],
  ['A1-03D', 'essential', 'The identifier of the data leads to the data'],
  ['A1-04M', 'essential', 'The record is fetched by a standard protocol'],
  ['A1-04D', 'essential', 'The data are fetched by a standard protocol'],
  ['A1-05D', 'important', 'A program can get at the data'],
  ['A1.1-01M', 'essential', 'The protocol for the record is free to use'],
  ['A1.1-01D', 'important', 'The protocol for the data is free to use'],
  ['A1.2-01D', 'useful', 'The protocol for the data knows who asks and what they may have'],
  ['A2-01M', 'essential', 'The record stays when the data are gone'],
  ['I1-01M', 'important', 'The record is in a standard format'],
  ['I1-01D', 'important', 'The data are in a standard format'],
  ['I1-02M', 'important', 'Machines understand what the record says'],
  ['I1-02D', 'important', 'Machines understand what the data say'],
  ['I2-01M', 'important', 'The record uses vocabularies that are FAIR themselves'],
  ['I2-01D', 'useful', 'The data use vocabularies that are FAIR themselves'],
  ['I3-01M', 'important', 'The record refers to other records'],
  ['I3-01D', 'useful', 'The data refer to other data'],
  ['I3-02M', 'useful', 'The record refers to data'],
  ['I3-02D', 'useful', 'The data say how they are related to other data'],
  ['I3-03M', 'important', 'The record says how it is related to other records'],
  ['I3-04M', 'useful', 'The record says how it is related to data'],
  ['R1-01M', 'essential', 'The record says enough for the data to be used again'],
  ['R1.1-01M', 'essential', 'The record says under which licence the data may be used'],
  ['R1.1-02M', 'important', 'The licence is a standard one'],
  ['R1.1-03M', 'important', 'Machines understand the licence'],
  ['R1.2-01M', 'important', 'The record says where it comes from, as its community does'],
  ['R1.2-02M', 'useful', 'The record says where it comes from in a language of all communities'],
  ['R1.3-01M', 'essential', 'The record follows a standard of its community'],
  ['R1.3-01D', 'essential', 'The data follow a standard of their community'],
  ['R1.3-02M', 'essential', 'Machines can check that the record follows the standard'],
  ['R1.3-02D', 'important', 'Machines can check that the data follow the standard'],
];

export const fairIndicators: readonly FairIndicator[] = rows.map(([id, priority, wording]) => ({
  id: `RDA-${id}`,
  letter: id[0] as Letter, // each begins with one
  priority,
  about: id.endsWith('D') ? 'data' : 'metadata',
  wording,
}));
