/** Where the server was to listen. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What an operator can do about a start that failed; undefined for what nobody expected, which needs its stack. */
export function explainStartFailure(error: unknown, { host, port }: ListenAddress): string | undefined {
  if (!(error instanceof Error)) return undefined;
  switch ('code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return `port ${port} is in use; set PORT to another one, or to 0 for any that is free`;
    case 'EACCES':
      return `port ${port} needs more rights than this process has; set PORT to one above 1023`;
    case 'ENOTFOUND':
    case 'EADDRNOTAVAIL':
    case 'EAI_AGAIN':
      return `HOST=${host} is no address of this machine; 0.0.0.0 stands for all of them, 127.0.0.1 for this machine alone`;
    case 'ENOSPC':
      return `the disk of DATA_DIR is full (${error.message})`;
    default:
      return error.name === 'DataDirError' ? error.message : undefined;
  }
}
