# Who boto3 is, by its default chain of credentials. With a file, its variables (a JSON object) are set before.
import json
import os
import sys

if len(sys.argv) > 1:
    with open(sys.argv[1], encoding="utf-8") as file:
        os.environ.update(json.load(file))

import boto3

print(boto3.client("sts").get_caller_identity()["Arn"])
