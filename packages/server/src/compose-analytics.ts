/** As compiled and as written: threads run files beside this one. */
const fileOf = (name: string): URL => new URL(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** For a store that counts: what its writer's thread runs. */
export const countingWriter = { writer: fileOf('compose-store-writer') };
