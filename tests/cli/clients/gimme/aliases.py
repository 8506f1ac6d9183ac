"""What gimme-aws-creds reads from AWS's sign-in page at argv[1], for the assertion on stdin.

One line of JSON: role ARN to the page's names for its account and itself.
"""

import json
import sys

from gimme_aws_creds.aws import AwsResolver

roles = AwsResolver()._enumerate_saml_roles(sys.stdin.read().strip(), sys.argv[1])
print(json.dumps({role.role: [role.friendly_account_name, role.friendly_role_name] for role in roles}))
