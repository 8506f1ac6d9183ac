"""A good response, and edits of it that fail loudly when there is nothing to edit."""

import base64

DEV = "arn:aws:iam::111122223333:role/Dev"
OPS = "arn:aws:iam::111122223333:role/Ops"
IDP = "arn:aws:iam::111122223333:saml-provider/OKTA"
PAIR = f"{IDP},{DEV}"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

RESPONSE = f"""{DECLARATION}<saml2p:Response Destination="https://signin.aws.amazon.com/saml" ID="id1" IssueInstant="2026-03-01T10:16:00.000Z" \
Version="2.0" xmlns:saml2p="{PROTOCOL}" xmlns:xs="http://www.w3.org/2001/XMLSchema"><saml2:Issuer xmlns:saml2="{ASSERTION}">http://www.okta.com/exk1</saml2:Issuer>\
<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status>\
<saml2:Assertion ID="id2" IssueInstant="2026-03-01T10:15:57.000Z" Version="2.0" xmlns:saml2="{ASSERTION}"><saml2:Issuer>http://www.okta.com/exk1</saml2:Issuer>\
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>\
<saml2:Subject><saml2:NameID>ada@acme.example</saml2:NameID><saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">\
<saml2:SubjectConfirmationData NotOnOrAfter="2026-03-01T10:21:00.000Z" Recipient="https://signin.aws.amazon.com/saml"/></saml2:SubjectConfirmation></saml2:Subject>\
<saml2:Conditions NotBefore="2026-03-01T10:11:00.000Z" NotOnOrAfter="2026-03-01T10:21:00.000Z"><saml2:AudienceRestriction>\
<saml2:Audience>urn:amazon:webservices</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>\
<saml2:AttributeStatement><saml2:Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><saml2:AttributeValue>{PAIR}</saml2:AttributeValue></saml2:Attribute>\
<saml2:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"><saml2:AttributeValue>ada@acme.example</saml2:AttributeValue></saml2:Attribute>\
<saml2:Attribute Name="https://aws.amazon.com/SAML/Attributes/SessionDuration"><saml2:AttributeValue>3600</saml2:AttributeValue></saml2:Attribute>\
</saml2:AttributeStatement></saml2:Assertion></saml2p:Response>"""

assert RESPONSE.count("\n") == 0


def edit(old, new, text=RESPONSE, count=1):
    """The text with `old` replaced; it has to be there."""
    assert old in text, old
    return text.replace(old, new, count)


def edit_last(old, new, text=RESPONSE):
    head, found, tail = text.rpartition(old)
    assert found, old
    return head + new + tail


def with_values(*values, text=RESPONSE):
    """The response with these values of the Role attribute, as they stand in XML."""
    return edit(f"<saml2:AttributeValue>{PAIR}</saml2:AttributeValue>",
                "".join(f"<saml2:AttributeValue>{value}</saml2:AttributeValue>" for value in values), text)


def b64(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def roles(name, why, body, *pairs, stage="saml-roles", **more):
    return {"name": name, "why": why, "stage": stage, "body": body, "expect": "roles", "role": list(pairs or [(DEV, IDP)]), **more}


def fails(name, kind, why, body, stage="saml-roles", **more):
    return {"name": name, "why": why, "stage": stage, "body": body, "expect": kind, **more}
