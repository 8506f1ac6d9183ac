"""Credentials on their way into a profile of the AWS credentials file."""

import json

from .documents import one
from .export import GOOD, NASTY, ROLE


def of(role):
    return {**ROLE, "AssumedRoleUser": {"AssumedRoleId": "AROA:ada", "Arn": f"arn:aws:sts::111122223333:assumed-role/{role}/ada"}}


def vectors():
    why = "Not all of AWS's tools take it for a profile's name; a bracket or a line would be another profile."
    for case, role in NASTY:
        # An @ is in many a role's name, and fits.
        if case not in ("at",):
            yield one(f"profiles/role-{case}", "wrong_document", why, "to-profile", of(role), args=["--name", "{role}"])
            yield one(f"profiles/second-role-{case}", "wrong_document", why, "to-profile", json.dumps(ROLE) + "\n" + json.dumps(of(role)), args=["--name", "{role}"])
    for case, name in [("brackets", "[x]"), ("newline", "x\n[default]"), ("blank", "a b"), ("empty", ""), ("place", "{name}"), ("open", "{role"), ("closed", "role}"), ("comma", "a,b"), ("equals", "a=b"), ("long", "x" * 129), ("not-ascii", "\u00e9"), ("default-section", "DEFAULT"), ("default-spelt", "Default")]:
        yield one(f"profiles/name-{case}", "usage", why, "to-profile", ROLE, args=["--name", name])
    for role in ["default", "DEFAULT"]:
        yield one(f"profiles/role-called-{role}", "wrong_document", "A role must not become everybody's default profile.", "to-profile", of(role), args=["--name", "{role}"])
    yield one("profiles/two-of-one-name", "usage", "The second would replace the first.", "to-profile", json.dumps(ROLE) + "\n" + json.dumps(of("Ops")), args=["--name", "{account}"], says="would both be the profile 111122223333")
    yield one("profiles/two-that-differ-by-case", "usage", "Nobody would tell them apart.", "to-profile", json.dumps(ROLE) + "\n" + json.dumps(of("dev")), args=["--name", "{role}"], says="would both be the profile")
    yield one("profiles/twice-the-same", "usage", "Which of the two is newer nobody says.", "to-profile", json.dumps(ROLE) + "\n" + json.dumps(ROLE), says="given twice")
    yield one("profiles/cut-in-the-second-line", "wrong_document", "A pipe that was cut writes nothing, not the first half.", "to-profile", json.dumps(ROLE) + "\n" + json.dumps(ROLE)[:50])
    yield one("profiles/no-token", "wrong_document", "Keys of a user are not temporary.", "to-profile", {"Credentials": {**GOOD, "SessionToken": None}}, args=["--name", "x"], says="SessionToken")
    yield one("profiles/no-role", "wrong_document", "Without a role there is no name by default.", "to-profile", GOOD, says="do not tell their account")
    yield one("profiles/region", "config", "A region is a part of a host's name.", "to-profile", ROLE, args=["--region", "eu\nwest"])
    yield one("profiles/variable-in-the-path", "config", "Only some of AWS's tools would put the variable in.", "to-profile", ROLE, env={"AWS_SHARED_CREDENTIALS_FILE": "$HOME/creds"})
    yield one("profiles/home-of-another", "config", "Only some of AWS's tools know other people's homes.", "to-profile", ROLE, env={"AWS_SHARED_CREDENTIALS_FILE": "~root/creds"})
    # Good ones would write a file, and what runs the kit sees to it that none is written: they are in tests/cli/to_profile.rs.
