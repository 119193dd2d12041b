/**
 * What decides a claim beside rows: sequences that are run from end to end, or lemmas that a solver proves. A search of all
 * states can say neither that known inputs have known answers nor that something holds for every size.
 */

export interface Finding {
  /** `open`: it could not be decided here. */
  readonly is: 'holds' | 'fails' | 'open'
  /** What was found, or what is missing, as part of a sentence. */
  readonly says: string
}

/** As a ledger states it. */
export type Ground = {
  /** What it is that it rests on: `replayed sequences`, `proof`. */
  readonly basis: string
} & (
  | { readonly decide: () => Finding }
  /** A file of lemmas in SMT-LIB, by its path from the ledger. */
  | { readonly lemmas: string }
)

export interface FoundGround extends Finding {
  readonly name: string
  readonly basis: string
}

/** `proof: 12 lemmas proven and 4 wrong ones refuted`. */
export const groundInWords = ({ basis, says }: FoundGround): string => `${basis}: ${says}`
