// Who the AWS SDK for JavaScript is, once for each argument: when the file of that name can be read (a fifo, say) it prints the access key and the
// ARN, and makes NAME.done.
const fs = require("node:fs");
const { STSClient, GetCallerIdentityCommand } = require("@aws-sdk/client-sts");
const { fromNodeProviderChain } = require("@aws-sdk/credential-providers");

const client = new STSClient({ credentials: fromNodeProviderChain(), maxAttempts: 1 });
(async () => {
  for (const turn of process.argv.slice(2)) {
    fs.readFileSync(turn);
    const { accessKeyId } = await client.config.credentials();
    // What it learnt of the server's clock, which is the machine's.
    client.config.systemClockOffset = 0;
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    console.log(accessKeyId, Arn);
    fs.writeFileSync(turn + ".done", "");
  }
})().catch((error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
