"""What Okta and STS may answer, served over HTTP on this machine: the body is the server's answer."""

import json

from .base import DEV, IDP
from .documents import FORM, SESSION, SUCCESS, one, waiting

SIGN_IN = {"OKTA_ORG": "$SERVER", "OKTA_USERNAME": "ada", "OKTA_PASSWORD": "CANARY-password"}
INPUT = json.dumps({"SAMLAssertion": "PHg+", "RoleArn": DEV, "PrincipalArn": IDP})
STS_ENV = {"AWS_ENDPOINT_URL_STS": "$SERVER", "AWS_REGION": "us-east-1"}
XMLNS = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'
KEYS = "<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>CANARY/key</SecretAccessKey><SessionToken>CANARY/token</SessionToken><Expiration>2026-03-01T11:15:57Z</Expiration>"
USER = "<AssumedRoleUser><AssumedRoleId>AROA:ada</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/Dev/ada</Arn></AssumedRoleUser>"
RESULT = f"<AssumeRoleWithSAMLResult><Credentials>{KEYS}</Credentials>{USER}</AssumeRoleWithSAMLResult>"


def sign_in(name, expect, why, body, serves="200 application/json", **more):
    body = body if isinstance(body, (str, bytes, list)) else json.dumps(body)
    return {"name": f"okta/{name}", "why": why, "stage": "authn", "env": SIGN_IN, "stdin": "", "serves": serves, "body": body, "expect": expect, "requests": 1, **more}


def okta():
    yield sign_in("success", "document", "Every member of the answer is kept, in ASCII.", {**SUCCESS, "later": [1, {"x": "\u00e9\u202e\u009b"}]}, member=[["later", [1, {"x": "\u00e9\u202e\u009b"}]], ["status", "SUCCESS"]])
    yield sign_in("waiting", "document", "A transaction that waits goes on to factor-verify.", waiting(), member=[["status", "MFA_REQUIRED"]])
    yield sign_in("duplicate-status", "protocol", "SUCCESS to one program, and not to the next.", '{"status":"SUCCESS","status":"LOCKED_OUT"}')
    yield sign_in("reserved-member", "document", "A service's own _oktapipe is not believed.", {**SUCCESS, "_oktapipe": {"v": 9, "org": "https://evil.example", "error": {"exit_code": 1}}}, absent=["_oktapipe.error"], member=[["_oktapipe.v", 1]])
    for case, why, body in [("cut", "Cut JSON.", json.dumps(SUCCESS)[:30]), ("empty", "No body.", ""), ("list", "A list.", json.dumps([SUCCESS])), ("text", "A text.", '"SUCCESS"'), ("null", "null.", "null"), ("html", "A page.", "<html><title>Acme</title></html>"), ("trailing", "Something behind.", json.dumps(SUCCESS) + "x"), ("two", "Two documents.", json.dumps(SUCCESS) * 2), ("deep", "Deeper than is read.", '{"a":' + "[" * 500 + "]" * 500 + "}"),
                            ("nan", "NaN.", '{"status":"SUCCESS","a":NaN}'), ("latin-1", "Not UTF-8.", b'{"status":"SUCCESS","a":"\xe9"}'), ("utf-16", "UTF-16.", json.dumps(SUCCESS).encode("utf-16")), ("byte-order-mark", "A mark, which JSON on the wire does not have.", "\ufeff" + json.dumps(SUCCESS)), ("single-quotes", "Python's idea of JSON.", str(SUCCESS)), ("xml", "XML.", "<a/>"), ("nul", "A NUL in it.", '{"status":"SUCCESS\0"}')]:
        yield sign_in(f"body-{case}", "protocol", "No JSON object where one is due. " + why, body)
    for case, status in [("null", None), ("number", 1), ("list", ["SUCCESS"]), ("missing", ...), ("empty", ""), ("unknown", "SOMETHING_NEW"), ("lower-case", "success"), ("blank-behind", "SUCCESS "), ("for-a-terminal", "\u001b]52;c;x\u0007\u202e")]:
        body = {"sessionToken": "CANARY", **({} if status is ... else {"status": status})}
        yield sign_in(f"status-{case}", "protocol" if case in ("null", "number", "list", "missing", "empty") else "browser_needed", "A state that nobody knows is not taken for SUCCESS.", body)
    for code, serves, kind in [("E0000004", "401", "authentication_failed"), ("E0000047", "429", "rate_limited"), ("E0000009", "500", "service_error"), ("E0000006", "403", "policy_denied"), ("E0000069", "403", "locked_out"), ("E0000004", "200", "authentication_failed"), ("E9999999", "418", "protocol")]:
        yield sign_in(f"error-{code.lower()}-{serves}", kind, "Okta's own refusal; its words reach a terminal without what it would obey.", {"errorCode": code, "errorSummary": "no\u001b[2J\u202e \u009b31m", "errorCauses": [{"errorSummary": "\u0007why"}], "stateToken": "CANARY-state"}, serves=f"{serves} application/json")
    for case, causes in [("null", None), ("text", "x"), ("list-of-texts", ["x"]), ("object", {"a": 1}), ("nested", [[["x"]]]), ("number", [{"errorSummary": 1}])]:
        yield sign_in(f"error-causes-{case}", "authentication_failed", "Causes in a shape that nobody documented.", {"errorCode": "E0000004", "errorSummary": 17, "errorCauses": causes}, serves="401 application/json")
    for status, kind in [(302, "protocol"), (404, "protocol"), (429, "rate_limited"), (500, "service_error"), (502, "service_error"), (503, "service_error"), (407, "protocol")]:
        yield sign_in(f"page-{status}", kind, "A page of a proxy, where JSON is due.", "<html><title>\u009b31mx</title></html>", serves=f"{status} text/html")
    yield sign_in("size-1-mib-and-1", "protocol", "More than is read of an answer.", [[1, '{"status":"SUCCESS","a":"'], [1 << 20, "x"], [1, '"}']])
    yield {**sign_in("session-without-id", "protocol", "An answer without an id is no session.", {"status": "ACTIVE"}), "stage": "session", "env": {}, "stdin": json.dumps({**SUCCESS, "_oktapipe": {"org": "$SERVER"}})}
    yield {**sign_in("session-used", "session_expired", "A session token works once.", {"errorCode": "E0000004", "errorSummary": "x"}, serves="401 application/json"), "stage": "session", "env": {}, "stdin": json.dumps({**SUCCESS, "_oktapipe": {"org": "$SERVER"}})}


def assume(name, expect, why, body, serves="200 text/xml", **more):
    return {"name": f"sts/{name}", "why": why, "stage": "assume", "env": STS_ENV, "stdin": INPUT, "serves": serves, "body": body, "expect": expect, **more}


def answer(result):
    return f"<AssumeRoleWithSAMLResponse {XMLNS}>{result}<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></AssumeRoleWithSAMLResponse>"


def refusal(code, message):
    return f"<ErrorResponse {XMLNS}><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"


def sts():
    yield assume("success", "document", "What the AWS CLI prints for it.", answer(RESULT), requests=1, member=[["Credentials.AccessKeyId", "ASIAEXAMPLE"], ["Credentials.Expiration", "2026-03-01T11:15:57Z"], ["AssumedRoleUser.Arn", "arn:aws:sts::111122223333:assumed-role/Dev/ada"]])
    yield assume("success-with-later-members", "document", "Members that nobody knows yet are no trouble.", answer(RESULT.replace("</AssumeRoleWithSAMLResult>", "<Later><x/></Later></AssumeRoleWithSAMLResult>")), member=[["Credentials.AccessKeyId", "ASIAEXAMPLE"]])
    yield assume("success-with-references", "document", "References in a key are undone.", answer(RESULT.replace("CANARY/key", "CANARY&#x2f;key")), member=[["Credentials.SecretAccessKey", "CANARY/key"]])
    why = "Success without whole credentials is a failure."
    for case, body in [("no-credentials", answer(f"<AssumeRoleWithSAMLResult>{USER}</AssumeRoleWithSAMLResult>")), ("empty-credentials", answer("<AssumeRoleWithSAMLResult><Credentials/></AssumeRoleWithSAMLResult>")), ("no-result", answer("")), ("no-token", answer(RESULT.replace("<SessionToken>CANARY/token</SessionToken>", ""))), ("empty-key", answer(RESULT.replace("CANARY/key", ""))), ("no-expiration", answer(RESULT.replace("<Expiration>2026-03-01T11:15:57Z</Expiration>", ""))),
                       ("expiration-word", answer(RESULT.replace("2026-03-01T11:15:57Z", "tomorrow"))), ("cut", answer(RESULT)[:200]), ("empty", ""), ("html", "<html><title>Proxy</title></html>"), ("json", '{"Credentials":{}}'), ("doctype", f'<!DOCTYPE a [<!ENTITY x "CANARY">]>{answer(RESULT.replace("CANARY/key", "&x;"))}'), ("undefined-entity", answer(RESULT.replace("CANARY/key", "&x;"))), ("other-root", answer(RESULT).replace("AssumeRoleWithSAMLResponse", "GetCallerIdentityResponse"))]:
        yield assume(f"{case}", "protocol", why, body)
    yield assume("size-1-mib-and-1", "protocol", "More than is read of an answer.", [[1, answer(RESULT)[:-30]], [1 << 20, " "]])
    for code, message, status, kind in [("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML", 403, "role_denied"), ("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance", 400, "assertion_expired"), ("InvalidIdentityToken", "Response signature invalid", 400, "role_denied")]:
        yield assume(f"refusal-{code.lower()}", kind, "STS's own refusal.", refusal(code, message), serves=f"{status} text/xml", says=message)
    yield assume("refusal-for-a-terminal", "role_denied", "Its words reach a terminal without what it would obey.", refusal("AccessDenied", "no\u009b31m \u202e&#x85;x"), serves="403 text/xml")
    yield assume("refusal-cut", "protocol", "A refusal that cannot be read is no success.", refusal("AccessDenied", "no")[:60], serves="400 text/xml")
    yield assume("redirect", "protocol", "STS does not redirect.", "", serves="302 text/html")


def vectors():
    yield from okta()
    yield from sts()
