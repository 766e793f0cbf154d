import { ANSWER_MS } from './spans.ts';

interface Question {
  readonly t: number;
  readonly id: string;
  readonly user: number;
  isAnswered: boolean;
  /** The room's next message. */
  next: Question | undefined;
  /** The author's next message. */
  nextOfAuthor: Question | undefined;
}

interface Author {
  first: Question;
  last: Question;
}

/** A room's messages of the last 10 minutes that nobody answered yet. */
export class Unanswered {
  /** Filled when somebody replies: in a room without replies nobody asks for an id. */
  readonly #byId = new Map<string, Question>();
  /** The first one that is not in it. */
  #unindexed: Question | undefined;
  #size = 0;
  readonly #byAuthor = new Map<number, Author>();
  #first: Question | undefined;
  #last: Question | undefined;

  get size(): number {
    return this.#size;
  }

  /** Messages come in order. */
  add(id: string, user: number, t: number): void {
    const question: Question = { t, id, user, isAnswered: false, next: undefined, nextOfAuthor: undefined };
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

  /** Somebody else answers all that `user` wrote: the time of each goes to `answered`. */
  answerAllOf(user: number, answered: (t: number) => void): void {
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
