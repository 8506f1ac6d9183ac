// Who the AWS SDK for JavaScript is, by its default chain of credentials. With a file, its variables (a JSON object) are set before.
const fs = require("node:fs");
const { STSClient, GetCallerIdentityCommand } = require("@aws-sdk/client-sts");
const { fromNodeProviderChain } = require("@aws-sdk/credential-providers");

if (process.argv[2]) Object.assign(process.env, JSON.parse(fs.readFileSync(process.argv[2], "utf8")));
new STSClient({ credentials: fromNodeProviderChain(), maxAttempts: 1 })
  .send(new GetCallerIdentityCommand({}))
  .then(({ Arn }) => console.log(Arn))
  .catch((error) => {
    console.error(`${error.name}: ${error.message}`);
    process.exitCode = 1;
  });
