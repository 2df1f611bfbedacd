/** What the parts that show results are given. */
import type { CatalogueQuestion } from './question.ts';
import type { Abilities } from './use-catalogue.ts';

export interface ResultsProps {
  base: string;
  question: CatalogueQuestion;
  abilities: Abilities;
  onQuestion(question: CatalogueQuestion): void;
}
