import type { NameUses } from '../text/index.ts';
import { ANSWER_MS } from './spans.ts';

/** A name that more users share is not gone over whole with each mention. */
const FEW = 8;

interface Question {
  /** How many came before it. */
  readonly place: number;
  readonly t: number;
  readonly id: string;
  readonly user: number;
  isAnswered: boolean;
  /** The room's next message. */
  next: Question | undefined;
  /** The one before, as long as it is not forgotten. */
  before: Question | undefined;
  /** The author's next message. */
  nextOfAuthor: Question | undefined;
}

interface Author {
  first: Question;
  last: Question;
}

/** The last mention of a name that many share: what its users wrote before is answered, but for what the mentioning one of them wrote. */
interface Mention {
  readonly t: number;
  /** Of the first question after it. */
  readonly place: number;
  readonly by: number;
}

/** A room's messages of the last 10 minutes that nobody answered yet. */
export class Unanswered {
  /** Filled when somebody replies: in a room without replies nobody asks for an id. */
  readonly #byId = new Map<string, Question>();
  /** The first one that is not in it. */
  #unindexed: Question | undefined;
  #size = 0;
  #asked = 0;
  /** By name, the latest last. */
  readonly #mentions = new Map<string, Mention>();
  readonly #few: number;
  readonly #byAuthor = new Map<number, Author>();
  #first: Question | undefined;
  #last: Question | undefined;

  constructor(few = FEW) {
    this.#few = few;
  }

  get size(): number {
    return this.#size;
  }

  /** Messages come in order. */
  add(id: string, user: number, t: number): void {
    const question: Question = {
      place: this.#asked++,
      t,
      id,
      user,
      isAnswered: false,
      next: undefined,
      before: this.#last,
      nextOfAuthor: undefined,
    };
    if (this.#last === undefined) this.#first = question;
    else this.#last.next = question;
    this.#last = question;
    this.#unindexed ??= question;
    this.#size += 1;
    const author = this.#byAuthor.get(user);
    if (author === undefined) {
      this.#byAuthor.set(user, { first: question, last: question });
    } else {
      author.last.nextOfAuthor = question;
      author.last = question;
    }
  }

  /** `by` answers the message of this id, unless it is their own: its time goes to `answered`. */
  answer(id: string, by: number, answered: (t: number) => void): void {
    for (; this.#unindexed !== undefined; this.#unindexed = this.#unindexed.next)
      if (!this.#unindexed.isAnswered) this.#byId.set(this.#unindexed.id, this.#unindexed);
    const question = this.#byId.get(id);
    if (question === undefined || question.user === by) return;
    question.isAnswered = true;
    this.#remove(question);
    answered(question.t);
  }

  /**
   * `by` answers all that the others wrote who used the name: the time of each goes to `answered`. Who came to the name since its last mention
   * wrote since, so that no more is looked at than was written since, or than users share it, whichever is less.
   */
  answerNamed(name: NameUses, by: number, t: number, answered: (t: number) => void): void {
    if (name.size <= this.#few) {
      this.#answerUsers(name, by, t, answered);
      return;
    }
    const last = this.#mentions.get(name.name);
    const from = Math.max(last?.place ?? 0, this.#first?.place ?? this.#asked);
    if (name.size < this.#asked - from) {
      this.#answerUsers(name, by, t, answered);
    } else {
      for (let question = this.#last; question !== undefined && question.place >= from; question = question.before) {
        // Answered or not: its author may have come to the name with it, and have asked before.
        const { user } = question;
        if (user !== by && name.isUsedBy(user, t)) this.#answerAllOf(user, answered);
      }
      if (last !== undefined && last.by !== by && name.isUsedBy(last.by, t)) this.#answerAllOf(last.by, answered);
    }
    this.#mentions.delete(name.name);
    this.#mentions.set(name.name, { t, place: this.#asked, by });
  }

  #answerUsers(name: NameUses, by: number, t: number, answered: (t: number) => void): void {
    for (const user of name.users(t)) if (user !== by) this.#answerAllOf(user, answered);
  }

  #answerAllOf(user: number, answered: (t: number) => void): void {
    const author = this.#byAuthor.get(user);
    if (author === undefined) return;
    this.#byAuthor.delete(user);
    for (let question: Question | undefined = author.first; question !== undefined; question = question.nextOfAuthor) {
      if (question.isAnswered) continue;
      question.isAnswered = true;
      this.#remove(question);
      answered(question.t);
    }
  }

  /** Forgets what is older than 10 minutes. */
  expire(now: number): void {
    const since = now - ANSWER_MS;
    let question = this.#first;
    for (; question !== undefined && question.t < since; question = question.next) this.#forget(question);
    this.#first = question;
    if (question === undefined) this.#last = undefined;
    else question.before = undefined;
    for (const [name, mention] of this.#mentions) {
      if (mention.t >= since) break;
      this.#mentions.delete(name);
    }
  }

  #remove({ id }: Question): void {
    this.#size -= 1;
    if (this.#byId.size > 0) this.#byId.delete(id);
  }

  #forget(question: Question): void {
    if (!question.isAnswered) this.#remove(question);
    if (this.#unindexed === question) this.#unindexed = question.next;
    const author = this.#byAuthor.get(question.user);
    if (author?.first !== question) return;
    if (question.nextOfAuthor === undefined) this.#byAuthor.delete(question.user);
    else author.first = question.nextOfAuthor;
  }
}
