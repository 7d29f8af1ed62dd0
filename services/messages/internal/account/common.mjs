// Writes common.txt: the 10,000 commonest passwords that are long enough to be tried here, the commonest first.
//
//   npm pack @zxcvbn-ts/language-common@4.1.3 && tar xzf zxcvbn-ts-language-common-4.1.3.tgz &&
//     node common.mjs package/src/passwords.json > common.txt
import { readFileSync } from "node:fs";

const passwords = JSON.parse(readFileSync(process.argv[2], "utf8")).map((password) => password.toLowerCase());
const long = passwords.filter((password) => Buffer.byteLength(password) >= 8);
console.log([...new Set(long)].slice(0, 10000).join("\n"));
