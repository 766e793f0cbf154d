/** The source cannot be read to its end. What came before it has been handed out. */
export class SourceFailed extends Error {
  override readonly name = 'SourceFailed';
}
