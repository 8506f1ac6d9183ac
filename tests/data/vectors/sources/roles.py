"""Values of the Role attribute, the flags that choose a role, and durations."""

from .base import DEV, IDP, OPS, PAIR, RESPONSE, edit, fails, roles, with_values

ACCOUNT = "arn:aws:iam::111122223333"


def pairs():
    for case, why, value, pair in [
        ("provider-first", "AWS takes the halves in either order.", f"{IDP},{DEV}", (DEV, IDP)),
        ("role-first", "AWS takes the halves in either order.", f"{DEV},{IDP}", (DEV, IDP)),
        ("blanks", "Blanks around the halves are dropped.", f" \n\t{IDP} ,\n  {DEV} ", (DEV, IDP)),
        ("comma-in-name", "A role's name may hold commas.", f"{IDP},{ACCOUNT}:role/a,b,c", (f"{ACCOUNT}:role/a,b,c", IDP)),
        ("comma-in-name-first", "A role's name may hold commas, also where the role comes first.", f"{ACCOUNT}:role/a,b,{IDP}", (f"{ACCOUNT}:role/a,b", IDP)),
        ("arn-in-path", "A role's path may hold ,arn: itself.", f"{ACCOUNT}:role/x,arn:aws:y/Dev,{IDP}", (f"{ACCOUNT}:role/x,arn:aws:y/Dev", IDP)),
        ("provider-in-path", "An ARN behind a role's is the role's path, by IAM's grammar; AWS knows whether there is such a role.", f"{IDP},{DEV},{IDP}", (f"{DEV},{IDP}", IDP)),
        ("named-like-provider", "A role may be called saml-provider.", f"{IDP},{ACCOUNT}:role/saml-provider", (f"{ACCOUNT}:role/saml-provider", IDP)),
        ("path-like-provider", "A role's path may be saml-provider.", f"{IDP},{ACCOUNT}:role/saml-provider/x", (f"{ACCOUNT}:role/saml-provider/x", IDP)),
        ("path", "A role may have a path.", f"{IDP},{ACCOUNT}:role/a/b/Dev", (f"{ACCOUNT}:role/a/b/Dev", IDP)),
        ("signs-in-name", "Every sign that IAM allows in a name.", f"{IDP},{ACCOUNT}:role/a_+=,.@-Z9", (f"{ACCOUNT}:role/a_+=,.@-Z9", IDP)),
        ("two-accounts", "The provider may be of another account; AWS decides.", f"arn:aws:iam::444455556666:saml-provider/X,{DEV}", (DEV, "arn:aws:iam::444455556666:saml-provider/X")),
        ("account-of-zeros", "An account may begin with zeros.", "arn:aws:iam::000000000012:saml-provider/X,arn:aws:iam::000000000012:role/Y", ("arn:aws:iam::000000000012:role/Y", "arn:aws:iam::000000000012:saml-provider/X")),
        ("name-of-64", "The longest name.", f"{IDP},{ACCOUNT}:role/{'n' * 64}", (f"{ACCOUNT}:role/{'n' * 64}", IDP)),
    ]:
        yield roles(f"roles/{case}", why, with_values(value), pair)
    for partition in ["aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc", "aws-later-2"]:
        pair = (f"arn:{partition}:iam::111122223333:role/Dev", f"arn:{partition}:iam::111122223333:saml-provider/X")
        yield roles(f"roles/partition-{partition}", "A partition is the second field of an ARN, also one that is new.", with_values(",".join(pair)), pair, member=[["Roles.0.Partition", partition]])


def no_pairs():
    why = "No pair of a role and a provider: skipped with a warning, and the login goes on with the others."
    for case, value in [
        ("role-alone", DEV), ("provider-alone", IDP), ("two-roles", f"{DEV},{OPS}"), ("two-providers", f"{IDP},{IDP}"), ("no-comma", f"{IDP} {DEV}"),
        ("semicolon", f"{IDP};{DEV}"), ("full-width-comma", f"{IDP}\uff0c{DEV}"), ("upper-case-arn", f"{IDP},{DEV.replace('arn:', 'ARN:')}"), ("upper-case-partition", f"{IDP},{DEV.replace(':aws:', ':AWS:')}"),
        ("upper-case-role", f"{IDP},{DEV.replace(':role/', ':Role/')}"), ("account-of-11", f"{IDP},{DEV.replace('111122223333', '11112222333')}"), ("account-of-13", f"{IDP},{DEV.replace('111122223333', '1111222233334')}"),
        ("account-of-letters", f"{IDP},{DEV.replace('111122223333', '11112222333a')}"), ("account-empty", f"{IDP},{DEV.replace('111122223333', '')}"), ("account-not-ascii", PAIR.replace("3333:role", "333\u0663:role")),
        ("region", f"{IDP},{DEV.replace('iam::', 'iam:eu-west-1:')}"), ("service-sts", f"{IDP},{DEV.replace(':iam:', ':sts:')}"), ("partition-unknown", f"{IDP},{DEV.replace(':aws:', ':awsx:')}"), ("partition-empty", f"{IDP},{DEV.replace(':aws:', '::')}"),
        ("name-empty", f"{IDP},{ACCOUNT}:role/"), ("name-empty-behind-path", f"{IDP},{ACCOUNT}:role/a/"), ("name-of-65", f"{IDP},{ACCOUNT}:role/{'n' * 65}"), ("name-not-ascii", f"{IDP},{ACCOUNT}:role/D\u00e9v"),
        ("name-homoglyph", f"{IDP},{ACCOUNT}:role/D\u0435v"), ("name-with-blank", f"{IDP},{ACCOUNT}:role/De v"), ("name-with-quote", f"{IDP},{ACCOUNT}:role/De'v"), ("name-with-substitution", f"{IDP},{ACCOUNT}:role/$(id)"),
        ("name-with-newline", f"{IDP},{ACCOUNT}:role/De\nv"), ("name-with-star", f"{IDP},{ACCOUNT}:role/*"), ("user", f"{IDP},{ACCOUNT}:user/Dev"), ("assumed-role", f"{IDP},arn:aws:sts::111122223333:assumed-role/Dev/x"),
        ("provider-with-slash", f"{IDP}/x,{DEV}"), ("provider-with-comma", f"{DEV},{IDP},x"), ("oidc-provider", f"{ACCOUNT}:oidc-provider/x,{DEV}"), ("provider-name-empty", f"{ACCOUNT}:saml-provider/,{DEV}"), ("provider-of-129", f"{ACCOUNT}:saml-provider/{'p' * 129},{DEV}"),
        ("path-too-long", f"{IDP},{ACCOUNT}:role/{'p' * 2000}/Dev"), ("arn-of-2049", f"{IDP},{ACCOUNT}:role/{'p/' * 1009}n"), ("long-value", f"{IDP},{ACCOUNT}:role/{'p' * 20000}"), ("zero-width", f"{IDP},{ACCOUNT}:role/D\u200bev"), ("bidi", f"{IDP},{ACCOUNT}:role/\u202eveD"), ("words", "no role at all"),
    ]:
        yield roles(f"roles/not-{case}", why, with_values(value, f"{IDP},{OPS}"), (OPS, IDP))
    yield fails("roles/none-is-a-pair", "no_role", "Where no value is a pair, no role is offered.", with_values(DEV, IDP, "x"))


def chosen():
    two = with_values(PAIR, f"{IDP},{OPS}", f"{IDP},arn:aws:iam::444455556666:role/team/Dev")
    team = ("arn:aws:iam::444455556666:role/team/Dev", IDP)
    for case, arguments, pair in [("by-name", ["--role", "Ops"], (OPS, IDP)), ("by-account", ["--role", "444455556666/Dev"], team), ("by-path", ["--role", "team/Dev"], team), ("by-arn", ["--role", DEV], (DEV, IDP)),
                                  ("by-glob", ["--role", "O?*"], (OPS, IDP)), ("first", ["--first"], (DEV, IDP)), ("first-of-some", ["--first", "--role", "4*/*"], team)]:
        yield roles(f"roles/chosen-{case}", "The one role that is meant.", two, pair, args=arguments, member=[["RoleArn", pair[0]], ["PrincipalArn", pair[1]], ["DurationSeconds", 3600]])
    yield roles("roles/all", "Every role, in the document's order.", two, (DEV, IDP), (OPS, IDP), team, absent=["RoleArn", "DurationSeconds"])
    for case, pattern in [("other-case", "ops"), ("unknown", "Nobody"), ("other-account", "999999999999/Dev"), ("quadratic-glob", "*a" * 900 + "b")]:
        yield fails(f"roles/chosen-{case}", "no_role", "No role fits, and none is guessed.", two, args=["--role", pattern])
    yield fails("roles/chosen-two", "role_ambiguous", "Two roles fit, and nobody can be asked.", two, args=["--role", "Dev"])
    for case, pattern in [("empty", ""), ("blank", "De v"), ("newline", "De\nv"), ("escape", "\x1b[2J"), ("half-arn", "arn:aws:iam::1:role/Dev"), ("too-long", "x" * 2049)]:
        yield fails(f"roles/pattern-{case}", "usage", "No pattern of a role.", two, args=["--role", pattern])
    for case, arn in [("role", DEV), ("name", "OKTA"), ("escape", "\x1b]0;x\x07")]:
        yield fails(f"roles/principal-{case}", "usage", "No ARN of a provider.", two, args=["--principal", arn])


def durations():
    for text, seconds in [("900", 900), ("43200", 43200), ("1h", 3600), ("15m", 900), ("12h", 43200), ("3600s", 3600), ("max", 43200), ("assertion", 7200)]:
        yield roles(f"roles/duration-{text}", "A duration that STS takes.", edit(">3600<", ">7200<"), args=["--duration", text], member=[["DurationSeconds", seconds]])
    for case, text in [("899", "899"), ("43201", "43201"), ("0", "0"), ("negative", "-3600"), ("overflow", "4294967296"), ("hours-overflow", "99999999h"), ("fraction", "1.5h"), ("words", "1 hour"), ("days", "1d"), ("plus", "+ 3600"),
                       ("exponent", "1e4"), ("hexadecimal", "0xe10"), ("empty", ""), ("unit-alone", "h"), ("two-units", "1h30m"), ("upper-case", "1H"), ("escape", "\x1b[2J")]:
        yield fails(f"roles/duration-not-{case}", "usage", "A duration that STS never takes, or none.", RESPONSE, args=[f"--duration={text}"])


def vectors():
    for source in (pairs, no_pairs, chosen, durations):
        yield from source()
