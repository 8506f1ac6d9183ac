# Who boto3 is, once for each argument: when the file of that name can be read (a fifo, say) it prints the access key and the ARN, and makes NAME.done.
import sys

import boto3

client = boto3.client("sts")
for turn in sys.argv[1:]:
    with open(turn, encoding="utf-8") as file:
        file.read()
    key = client._request_signer._credentials.get_frozen_credentials().access_key
    print(key, client.get_caller_identity()["Arn"], flush=True)
    with open(turn + ".done", "w", encoding="utf-8"):
        pass
