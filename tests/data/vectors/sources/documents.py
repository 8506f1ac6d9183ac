"""Documents of the stages: what each stage takes, what it passes on, and what an edited or foreign one must not do."""

import json

from .base import IDP, DEV, fails

ORG = "https://acme.okta.com"
HIDDEN = "(hidden: --reveal)"


def factor(href=f"{ORG}/api/v1/authn/factors/f1/verify", **more):
    return {"id": "f1", "factorType": "token:software:totp", "provider": "GOOGLE", "_links": {"verify": {"href": href}}, **more}


def waiting(**more):
    return {"stateToken": "CANARY-state", "status": "MFA_REQUIRED", "_embedded": {"factors": [factor()]}, **more}


SUCCESS = {"status": "SUCCESS", "sessionToken": "CANARY-session"}
SESSION = {"id": "CANARY-sid", "userId": "u", "status": "ACTIVE"}
FORM = {"SAMLResponse": "PHg+", "RelayState": "", "action": "https://signin.aws.amazon.com/saml"}
ASSERTION = {"SAMLAssertion": "PHg+", "Roles": [{"RoleArn": DEV, "PrincipalArn": IDP}]}
KEYS = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "CANARY/key", "SessionToken": "CANARY/token", "Expiration": "2026-03-01T11:15:57Z"}
CREDENTIALS = {"Credentials": KEYS}
IDENTITY = {"UserId": "u", "Account": "111122223333", "Arn": "arn:aws:sts::111122223333:assumed-role/Dev/ada"}
TAKEN = {
    "factor-verify": {"waiting", "success", "session", "form"}, "session": {"success"}, "saml-fetch": {"success", "session", "form", "ion"}, "saml-roles": {"form"}, "assume": {"assertion"}, "export": {"credentials"}, "caller-identity": {"credentials"},
}


def one(name, expect, why, stage, document, code=None, **more):
    body = document if isinstance(document, (str, bytes, list)) else json.dumps(document)
    vector = {"name": name, "why": why, "stage": stage, "body": body, "expect": expect, **more}
    if code is not None:
        vector["exit"] = code
    return vector


def misplaced():
    shapes = {"waiting": waiting(), "success": SUCCESS, "session": SESSION, "form": FORM, "assertion": ASSERTION, "credentials": CREDENTIALS, "identity": IDENTITY, "token": {"access_token": "CANARY", "token_type": "Bearer"},
              "ion": {"success": {"href": f"{ORG}/login/token/redirect?stateToken=CANARY"}}, "nothing-known": {"hello": "CANARY"}}
    for stage, taken in TAKEN.items():
        for shape, document in shapes.items():
            if shape not in taken:
                yield one(f"documents/{stage}-given-{shape}", "wrong_document", "A document of another step, refused by a stage that says whose it is.", stage, document)
    for shape, document in [("success", SUCCESS), ("session", SESSION), ("form", FORM)]:
        yield one(f"documents/factor-verify-passes-{shape}", "unchanged", "One pipe serves people with and without a second factor.", "factor-verify", document)
    yield one("documents/saml-fetch-passes-form", "unchanged", "One pipe serves apps with and without a step-up.", "saml-fetch", FORM)
    odd = '{"status":"SUCCESS","sessionToken":"x","n":123456789012345678901234567890,"f":1.50,"e":1e999,"u":"\\u00e9\\u202e\\ud83d\\ude00\\u009b","z":null,"_oktapipe":{"v":1,"later":[[]]}}'
    yield one("documents/numbers-as-they-came", "text", "What passes through is as it came: long numbers, zeros, unknown members, all of it in ASCII.", "factor-verify", odd, stdout=odd.replace("1e999", "1e+999") + "\n")
    for stage in TAKEN:
        yield one(f"documents/{stage}-given-nothing", "no_document", "Nothing on stdin: the stage before failed.", stage, "")
        yield one(f"documents/{stage}-given-a-later-version", "wrong_document", "A context of a later version is refused before anything is done.", stage, {**{"factor-verify": waiting(), "session": SUCCESS, "saml-fetch": SESSION, "saml-roles": FORM, "assume": ASSERTION, "export": CREDENTIALS, "caller-identity": CREDENTIALS}[stage], "_oktapipe": {"v": 2}}, says="later version")


def upstream():
    for stage in TAKEN:
        document = {"_oktapipe": {"v": 1, "error": {"stage": "authn", "kind": "locked_out", "message": "m", "hint": "h", "exit_code": 77, "retryable": False}}}
        if stage != "export":
            yield one(f"documents/{stage}-passes-an-error", "upstream", "An error of a stage before goes on, with its number and without a word.", stage, document, 77)
    yield one("documents/export-ends-an-error", "upstream", "At the end of a pipe the error is a statement that fails.", "export", {"_oktapipe": {"error": {"exit_code": 77}}}, 77, stdout="(exit 77)\n")
    for case, value, code in [("zero", 0, 70), ("256", 256, 70), ("negative", -1, 70), ("text", "77", 70), ("null", None, 70), ("fraction", 77.5, 70), ("huge", 1e300, 70), ("255", 255, 255), ("1", 1, 1), ("unknown", 99, 99)]:
        yield one(f"documents/error-number-{case}", "upstream", "No number in an error document makes a failure a success.", "session", {"_oktapipe": {"error": {"exit_code": value}}}, code)
    yield one("documents/error-without-number", "upstream", "An error without a number is a failure all the same.", "session", {"_oktapipe": {"error": {}}}, 70)
    yield one("documents/error-beside-a-token", "upstream", "A document that says that it failed is not used.", "session", {**SUCCESS, "_oktapipe": {"error": {"exit_code": 77}}}, 77)
    for code, kind in [("E0000004", "authentication_failed"), ("E0000011", "session_expired"), ("E0000069", "locked_out"), ("E0000047", "rate_limited"), ("E0000068", "passcode_wrong"), ("E0000006", "policy_denied"), ("E9999999", "protocol"), ("", "protocol")]:
        yield one(f"documents/okta-error-{code or 'empty'}", kind, "Okta's own error body, as curl prints it.", "session", {"errorCode": code, "errorSummary": "no\u001b[2J\u202e", "stateToken": "CANARY"})


def context():
    for case, value in [("2", 2), ("text", "1"), ("fraction", 1.5), ("null", None), ("negative", -1), ("huge", 10**30), ("true", True), ("list", [1])]:
        yield one(f"documents/version-{case}", "wrong_document", "A version that is not 1 is not guessed at.", "session", {**SUCCESS, "_oktapipe": {"v": value, "org": ORG}})
    for case, value in [("text", "x"), ("list", [{"v": 1}]), ("null", None), ("number", 1), ("true", True)]:
        yield one(f"documents/context-{case}", "wrong_document", "The context is an object.", "session", {**SUCCESS, "_oktapipe": value})
    for case, value in [("path", ORG + "/x"), ("userinfo", "https://acme.okta.com@evil.example"), ("http", "http://evil.example"), ("javascript", "javascript:alert(1)"), ("file", "file:///etc/passwd"), ("newline", ORG + "\nevil"), ("blank", " "), ("look-alike-letters", "https://\u0430cme.okta.com")]:
        yield one(f"documents/org-in-context-{case}", "wrong_document", "The context's org is an origin, by which tokens go.", "session", {**SUCCESS, "_oktapipe": {"org": value}})
    for case, value in [("list", [ORG]), ("number", 1), ("empty", ""), ("null", None)]:
        yield one(f"documents/org-in-context-{case}", "usage", "Without an org nothing is sent, and none is guessed.", "session", {**SUCCESS, "_oktapipe": {"org": value}})
    for stage, document in [("factor-verify", waiting()), ("session", SUCCESS), ("saml-fetch", SESSION)]:
        why = "Tokens go to the org that issued them: another one in a flag or variable is refused before anything is sent."
        document = {**document, "_oktapipe": {"v": 1, "org": ORG}}
        yield one(f"documents/{stage}-org-by-flag", "org_mismatch", why, stage, document, args=["--org", "other"], says="https://other.okta.com")
        yield one(f"documents/{stage}-org-by-variable", "org_mismatch", why, stage, document, env={"OKTA_ORG": "https://acme.okta.com:444"}, says=":444")
    for case, given, meant in [("name", "tubi", "https://tubi.okta.com"), ("host", "Tubi.OKTA.com", "https://tubi.okta.com"), ("url", "https://tubi.oktapreview.com/", "https://tubi.oktapreview.com"), ("port", "login.example:8443", "https://login.example:8443"), ("loopback", "http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("loopback-6", "http://[::1]:8080", "http://[::1]:8080"), ("localhost", "localhost:1", "https://localhost:1")]:
        yield one(f"orgs/{case}", "org_mismatch", "A good org, as the refusal of it spells it.", "session", {**SUCCESS, "_oktapipe": {"org": ORG}}, args=["--org", given], says=meant)
    cookies = {f"c{i:02}": "CANARY" for i in range(33)}
    for case, value, unsent in [("33", cookies, ["c32=", "c33="]), ("crlf", {"a": "x\r\nX-Evil: 1", "b\r\nX-Evil": "1", "c": "fine"}, ["X-Evil"]), ("separators", {"a": "x; sid=evil", "b=c; sid": "evil"}, ["sid=evil"]), ("nul", {"a": "x\0", "b\0": "x"}, ["\0"]),
                                ("types", {"a": 1, "b": None, "c": ["evil-list"], "d": {"x": "evil-object"}}, ["evil"]), ("list", ["evil"], ["evil"]), ("text", "a=evil", ["evil"]), ("long", {"a": "x" * 20000}, ["xxxxxxxxxx"]), ("not-ascii", {"a": "\u00e9vil", "\u00e9": "evil"}, ["vil"]), ("empty-name", {"": "evil"}, ["evil"])]:
        yield {"name": f"documents/cookies-{case}", "why": "Of a document's cookies only those are sent that are cookies, 32 of 16 KiB.", "stage": "session", "stdin": json.dumps({**SUCCESS, "_oktapipe": {"org": "$SERVER", "cookies": value}}), "serves": "200 application/json", "body": json.dumps(SESSION), "expect": "document", "requests": 1,
               "unsent": [text for text in unsent if text != "\0"], "member": [["id", "CANARY-sid"]]}
    for stage, document in [("session", {**SUCCESS, "sessionToken": HIDDEN}), ("factor-verify", waiting(stateToken=HIDDEN)), ("saml-fetch", {**SESSION, "id": HIDDEN}), ("saml-roles", {**FORM, "SAMLResponse": HIDDEN}), ("assume", {**ASSERTION, "SAMLAssertion": HIDDEN}), ("export", {"Credentials": {**KEYS, "SecretAccessKey": HIDDEN}}), ("caller-identity", {**KEYS, "SessionToken": HIDDEN}), ("authn", {"username": "ada", "password": HIDDEN})]:
        yield one(f"documents/{stage}-given-a-masked-one", "masked_document", "Copied from a terminal, where secrets are masked.", stage, document, env={"OKTA_ORG": ORG})
    yield one("documents/masked-cookie", "masked_document", "Copied from a terminal, where secrets are masked.", "session", {**SUCCESS, "_oktapipe": {"org": ORG, "cookies": {"DT": HIDDEN}}})
    yield one("documents/masked-in-the-second-line", "masked_document", "Copied from a terminal, the second of two.", "export", json.dumps(CREDENTIALS) + "\n" + json.dumps({**KEYS, "SessionToken": HIDDEN}), args=["--format", "json"])


def transactions():
    for status, kind in [("LOCKED_OUT", "locked_out"), ("PASSWORD_EXPIRED", "password_expired"), ("PASSWORD_RESET", "password_expired"), ("MFA_ENROLL", "enrollment_required"), ("MFA_ENROLL_ACTIVATE", "enrollment_required"), ("RECOVERY", "browser_needed"), ("RECOVERY_CHALLENGE", "browser_needed"), ("CONSENT_REQUIRED", "consent_required"), ("SOMETHING_NEW", "browser_needed"), ("", "protocol"), ("success", "browser_needed"), ("SUCCESS ", "browser_needed"), ("\u001b[2J\u202e", "browser_needed")]:
        label = {"": "empty", "SUCCESS ": "blank-behind", "\u001b[2J\u202e": "for-a-terminal", "success": "lower-case-success"}.get(status, status)
        for stage in ["session", "saml-fetch", "factor-verify"]:
            yield one(f"documents/{stage}-status-{label.lower().replace('_', '-')}", kind, "A state from which no pipe can go on, or one that nobody knows: never the way of another.", stage, {"stateToken": "CANARY", "status": status})
    for case, value in [("null", None), ("number", 1), ("list", ["MFA_REQUIRED"]), ("object", {"a": 1}), ("true", True)]:
        yield one(f"documents/status-{case}", "wrong_document", "A status that is no text.", "factor-verify", waiting(status=value))
    yield one("documents/status-missing", "wrong_document", "A transaction without its status.", "factor-verify", {"stateToken": "CANARY"})
    why = "Links are a peer's words, and tokens go where they lead."
    for case, href in [("other-host", "https://evil.example/verify"), ("sub-domain", "https://x.acme.okta.com/verify"), ("look-alike", "https://acme.okta.com.evil.example/"), ("other-port", "https://acme.okta.com:444/"), ("http", "http://acme.okta.com/")]:
        document = waiting()
        document["_embedded"]["factors"].append(factor(href, id="f2"))
        yield one(f"documents/link-{case}", "org_mismatch", why + " Two origins are nobody's.", "factor-verify", document, env={"MFA_CODE": "123456"})
        yield one(f"documents/next-link-{case}", "org_mismatch", why + " Two origins are nobody's.", "factor-verify", waiting(_links={"next": {"href": href}}), env={"MFA_CODE": "123456"})
    for case, href in [("http-alone", "http://acme.okta.com/"), ("script", "javascript:alert(1)"), ("data", "data:text/html,x"), ("file", "file:///etc/passwd")]:
        yield one(f"documents/link-{case}", "org_mismatch", why + " This is no origin.", "factor-verify", waiting(_embedded={"factors": [factor(href)]}), env={"MFA_CODE": "123456"})
    for case, href in [("script", "javascript:alert(1)"), ("data", "data:text/html,x"), ("other-hosts", "http://evil.example/")]:
        yield one(f"documents/session-link-{case}", "org_mismatch", why + " The text of an opaque origin is null, and null.okta.com is somebody's org.", "session", {**SUCCESS, "_links": {"next": {"href": href}}})
    with_org = {"_oktapipe": {"v": 1, "org": ORG}}
    for case, href in [("other-host", "https://evil.example/x"), ("userinfo", "https://acme.okta.com@evil.example/x"), ("own-userinfo", "https://u:p@acme.okta.com/x"), ("slashes", "//evil.example/x"), ("backslash", "/\\evil.example/x"), ("script", "javascript:alert(1)"), ("file", "file:///etc/passwd"), ("blank-before", " //evil.example/x"), ("tab-within", "/\t/evil.example/x")]:
        yield one(f"documents/verify-link-{case}", "protocol", why, "factor-verify", waiting(_embedded={"factors": [factor(href)]}, **with_org), env={"MFA_CODE": "123456"})
        yield one(f"documents/step-up-link-{case}", "org_mismatch", why, "saml-fetch", {"status": "SUCCESS", "_links": {"next": {"name": "original", "href": href}}, **with_org})
        yield one(f"documents/ion-link-{case}", "org_mismatch", why, "saml-fetch", {"success": {"href": href}, **with_org})
    for case, embedded in [("null", {"factors": None}), ("text", {"factors": "push"}), ("number", {"factors": 7}), ("empty", {"factors": []}), ("objects-without-type", {"factors": [{"id": "x"}]}), ("nested-lists", {"factors": [[factor()]]}), ("embedded-null", None), ("embedded-list", [])]:
        yield one(f"documents/factors-{case}", "factor_unsupported", "No factor can be read.", "factor-verify", waiting(_embedded=embedded, **with_org), env={"MFA_CODE": "123456"})
    yield one("documents/factor-unknown", "factor_unsupported", "A factor that nobody knows is not taken for another.", "factor-verify", waiting(_embedded={"factors": [factor(factorType="token:brain\u001b[2J", provider="X\u202e")]}, **with_org), env={"MFA_CODE": "123456"})
    yield one("documents/factor-without-link", "protocol", "A factor without its link.", "factor-verify", waiting(_embedded={"factors": [{"factorType": "token:software:totp", "provider": "GOOGLE"}]}, **with_org), env={"MFA_CODE": "123456"})
    for case, token in [("missing", None), ("empty", ""), ("number", 1), ("list", ["CANARY"]), ("object", {"a": "CANARY"})]:
        yield one(f"documents/state-token-{case}", "wrong_document", "A transaction without a state token.", "factor-verify", waiting(stateToken=token, **with_org), env={"MFA_CODE": "123456"})
        yield one(f"documents/session-token-{case}", "wrong_document", "A finished transaction without a session token.", "session", {**SUCCESS, "sessionToken": token, **with_org})
    for case, app in [("foreign", "https://evil.example/home/x"), ("http", "http://acme.okta.com/home/x"), ("userinfo", "https://acme.okta.com@evil.example/"), ("port", "https://acme.okta.com:444/home/x"), ("own-userinfo", "https://u:p@acme.okta.com/home/x")]:
        yield one(f"documents/app-{case}", "org_mismatch", "An app is a link of the org's own, or an id.", "saml-fetch", {**SESSION, **with_org}, args=["--app", app])
    for case, app in [("path", "../../x"), ("slash", "0oa/x"), ("query", "0oa?x"), ("blank", "0oa x"), ("newline", "0oa\nx"), ("percent", "0oa%2fx"), ("not-ascii", "0oa\u00e9"), ("escape", "\u001b[2J")]:
        yield one(f"documents/app-{case}", "config", "An app is a link of the org's own, or an id.", "saml-fetch", {**SESSION, "_oktapipe": {"org": ORG, "app": app}})


def orgs():
    for case, text in [("userinfo", "https://acme.okta.com@evil.example"), ("password", "https://u:p@acme.okta.com"), ("newline", "acme.ok\nta.com"), ("tab", "acme.ok\tta.com"), ("carriage-return", "acme\rx"), ("escape", "\x1b]0;x\x07"), ("percent", "acme%2eokta.com"), ("full-width", "\uff41cme.okta.com"), ("cyrillic", "\u0430cme.okta.com"), ("soft-hyphen", "ac\u00adme.okta.com"),
                       ("scheme-without-slashes", "https:acme.okta.com"), ("three-slashes", "https:///acme.okta.com"), ("scheme-twice", "https://https://acme.okta.com"), ("ftp", "ftp://acme.okta.com"), ("file", "file:///etc/passwd"), ("javascript", "javascript:alert(1)"), ("http", "http://acme.okta.com"), ("http-look-alike-loopback", "http://127.0.0.1.evil.example"), ("http-localhost-look-alike", "http://localhost.evil.example"), ("http-unspecified", "http://0.0.0.0"), ("http-metadata", "http://169.254.169.254"), ("http-mapped", "http://[::ffff:127.0.0.1]"),
                       ("path", "https://acme.okta.com/x"), ("query", "https://acme.okta.com?x"), ("fragment", "https://acme.okta.com#x"), ("backslash", "acme.okta.com\\@evil.example"), ("backslashes", "https:\\\\evil.example"), ("blank", "acme okta"), ("dot", "."), ("dots", "acme..okta.com"), ("dot-first", ".okta.com"), ("dot-last", "acme.okta.com."), ("port-0", "acme.okta.com:0"), ("port-large", "acme.okta.com:65536"), ("port-word", "acme.okta.com:x"), ("port-empty", "https://acme.okta.com:"), ("port-negative", "acme.okta.com:-1"),
                       ("underscore", "ac_me.okta.com"), ("star", "*.okta.com"), ("at", "acme@okta.com"), ("comma", "acme,evil.okta.com"), ("quote", "acme'.okta.com"), ("substitution", "$(id).okta.com"), ("long", "a" * 254), ("brackets", "[evil]"), ("nul-escape", "acme\\0.okta.com"), ("two", "acme.okta.com evil.example"), ("zero-width", "ac\u200bme.okta.com"), ("ideographic-dot", "acme\u3002okta.com")]:
        yield {"name": f"orgs/not-{case}", "why": "No org: refused before a URL parser sees it, a name is looked up, or a password sent.", "stage": "authn", "args": ["--username", "ada", "--org", text], "env": {"OKTA_PASSWORD": "CANARY-password"}, "body": "", "expect": "config"}


def vectors():
    for source in (misplaced, upstream, context, transactions, orgs):
        yield from source()
