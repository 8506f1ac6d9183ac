"""Base64, and JSON around it."""

import json

from .base import DEV, IDP, RESPONSE, b64, edit, fails, roles

GOOD = b64(edit("<ds:SignatureValue>AAAA", "<ds:SignatureValue>" + "~>" * 8 + "AA"))
EVIL = b64(RESPONSE.replace("role/Dev", "role/Admin"))
assert GOOD.endswith("==") and "+" in GOOD


def base64s():
    yield roles("base64/plain", "The form's value by itself.", GOOD)
    yield roles("base64/final-newline", "A final newline is dropped.", GOOD + "\n")
    yield roles("base64/lines-of-76", "Base64 in lines.", "\n".join(GOOD[i:i + 76] for i in range(0, len(GOOD), 76)) + "\n")
    yield roles("base64/lines-of-windows", "Base64 in lines of Windows.", "\r\n".join(GOOD[i:i + 64] for i in range(0, len(GOOD), 64)) + "\r\n")
    yield roles("base64/blanks", "Blanks in it are dropped.", " ".join(GOOD[i:i + 10] for i in range(0, len(GOOD), 10)))
    yield roles("base64/references", "As sed cuts it out of a page.", GOOD.replace("+", "&#x2b;").replace("=", "&#x3d;"))
    yield roles("base64/byte-order-mark", "A mark of UTF-8 is dropped.", "\ufeff" + GOOD)
    for case, why, text in [
        ("url-alphabet", "The alphabet for URLs is another one; STS refuses it.", GOOD.replace("+", "-").replace("/", "_")), ("percent-encoded", "A form's encoding was not undone.", GOOD.replace("+", "%2B").replace("=", "%3D")),
        ("no-padding", "The = at its end are missing.", GOOD.rstrip("=")), ("half-padding", "One = is missing.", GOOD[:-1]), ("padding-too-long", "Two = too many.", GOOD + "=="), ("padding-inside", "An = in the middle.", GOOD[:8] + "====" + GOOD[8:]),
        ("padding-alone", "Nothing but =.", "===="), ("last-bits", "The last character has bits that belong to nobody: two texts would be one.", GOOD[:-3] + chr(ord(GOOD[-3]) + 1) + "=="), ("character-missing", "A character is missing.", GOOD[:40] + GOOD[41:]),
        ("one-character", "One character stands for nothing.", "P"), ("two-joined", "Two texts joined, each with its =.", GOOD + GOOD), ("nul", "A NUL is none of its characters.", GOOD[:40] + "\0" + GOOD[40:]), ("escape", "Nor is an escape, which is not repeated to the terminal.", "\x1b]0;x\x07" + GOOD),
        ("vertical-tab", "Nor is a vertical tab.", GOOD[:40] + "\x0b" + GOOD[40:]), ("no-break-space", "Nor is a no-break space.", GOOD[:40] + "\u00a0" + GOOD[40:]), ("zero-width", "Nor is a zero-width space.", GOOD[:40] + "\u200b" + GOOD[40:]), ("full-width", "Nor is a full-width letter.", "\uff30" + GOOD[1:]),
        ("quoted", "Quotes around it.", f'"{GOOD}"'), ("named", "A form's field with its name.", f"SAMLResponse={GOOD}"), ("form", "A whole form, as a browser posts it.", f"RelayState=&SAMLResponse={GOOD}"), ("data-url", "A data URL.", f"data:text/xml;base64,{GOOD}"), ("comma", "Two values with a comma.", f"{GOOD},{GOOD}"),
        ("not-utf-8", "Bytes that are no text.", b"PD94\xff" + GOOD.encode()), ("utf-16", "UTF-16.", GOOD.encode("utf-16")), ("hexadecimal-with-sign", "An unknown reference.", GOOD.replace("+", "&#x2g;")), ("words", "A message of another program.", "Error: no such file or directory"),
    ]:
        yield fails(f"base64/{case}", "wrong_document", why, text)
    for case, why, text in [("of-itself", "Base64 of base64 is no response.", b64(GOOD)), ("of-deflated", "Deflated, as the redirect binding has it.", "eJyzKS4tyM9PtdIHAA0/AvE="), ("of-nothing-known", "Three NULs.", "AAAA"), ("of-json", "Base64 of JSON.", b64("{}"))]:
        yield fails(f"base64/{case}", "wrong_document", why, text)
    for case, why, text in [
        ("of-html", "Base64 of a page.", b64("<html><body>x</body></html>")),
        ("of-utf-16", "Base64 of UTF-16.", b64(edit("UTF-8", "UTF-16").encode("utf-16"))), ("of-half", "Base64 of half a response.", b64(RESPONSE[:len(RESPONSE) // 6 * 3])), ("of-a-comment-in-a-role", "The comment attack, in base64.", b64(edit("role/Dev", "role/Dev<!---->-RO"))), ("of-a-doctype", "An external entity, in base64.", b64(edit("?>", '?><!DOCTYPE r SYSTEM "file:///etc/hostname">'))),
    ]:
        yield fails(f"base64/{case}", "protocol", why, text)
    yield fails("base64/of-a-form-feed", "protocol", "A NUL in the response, in base64.", b64(edit("role/Dev", "role/D\0ev")))
    head, tail = edit("<ds:SignedInfo/>", "<ds:SignedInfo>~</ds:SignedInfo>").split("~")
    head += " " * (-len(head) % 3)
    room = 75000 - len(head) - len(tail)
    odd, whole = room % 3, room // 3
    yield roles("base64/size-100000", "As long as STS takes it.", [[1, b64(head)], [whole, "ICAg"], [1, b64(" " * odd + tail)]])
    yield fails("base64/size-100004", "protocol", "Four characters more than STS takes.", [[1, b64(head)], [whole + 1, "ICAg"], [1, b64(" " * odd + tail)]], says="100000")
    yield fails("base64/size-3-mib", "protocol", "Three megabytes.", [[3 << 18, "AAAA"]])
    yield fails("base64/size-5-mib", "wrong_document", "More than is read of any input.", [[5 << 18, "AAAA"]])
    yield fails("base64/references-3-mib", "protocol", "A long row of references.", [[500000, "&#65;"]])
    yield fails("base64/ampersands", "wrong_document", "A long row of & that begin no reference.", [[1000000, "&"]])


def form(**members):
    return json.dumps(members)


def jsons():
    good = form(SAMLResponse=GOOD, RelayState="")
    yield roles("json/form", "A form, as saml-fetch prints it.", good)
    yield roles("json/byte-order-mark", "A mark of UTF-8 is dropped.", "\ufeff" + good)
    yield roles("json/blanks", "Blanks around and within.", "\n\t {\r\n \"SAMLResponse\" :\t" + json.dumps(GOOD) + "\r\n}\n\n")
    yield roles("json/escapes", "Every character escaped.", '{"SAMLResponse":"' + "".join(f"\\u{ord(c):04x}" for c in GOOD) + '"}')
    yield roles("json/escaped-name", "A member's name may be escaped too.", good.replace("SAML", "\\u0053AML"))
    yield roles("json/slashes-escaped", "A slash may be escaped.", good.replace("/", "\\/"))
    yield roles("json/context", "The context travels, the cookies end here, what is unknown stays.", form(SAMLResponse=GOOD, _oktapipe={"v": 1, "org": "https://acme.okta.com", "cookies": {"DT": "CANARY"}, "later": [1, None]}),
                member=[["_oktapipe.org", "https://acme.okta.com"], ["_oktapipe.later", [1, None]]], absent=["_oktapipe.cookies", "SAMLResponse", "RelayState"])
    yield fails("json/duplicate-member", "wrong_document", "Of two members of a name some programs take the first and some the last.", f'{{"SAMLResponse":"{EVIL}","SAMLResponse":"{GOOD}"}}')
    yield roles("json/depth-100", "Nested as deep as need be.", f'{{"a":{"[" * 100}{"]" * 100},"SAMLResponse":"{GOOD}"}}')
    for case, why, text in [
        ("depth-200", "Deeper than is read.", f'{{"a":{"[" * 200}{"]" * 200},"SAMLResponse":"{GOOD}"}}'), ("brace-alone", "Cut behind the first character.", "{"), ("cut-in-value", "Cut in the value.", good[:60]), ("cut-before-end", "The last brace is missing.", good[:-1]),
        ("two-documents", "A second document.", good + good), ("two-lines", "A second document on a second line.", good + "\n" + good), ("text-behind", "Text behind the document.", good + " x"), ("comma-at-end", "A comma before the brace.", good[:-1] + ",}"),
        ("single-quotes", "JSON has one kind of quotes.", good.replace('"', "'")), ("no-quotes", "A name without quotes.", good.replace('"SAMLResponse"', "SAMLResponse")), ("comment", "JSON has no comments.", "{/* x */" + good[1:]), ("comment-to-line-end", "JSON has no comments.", "{// x\n" + good[1:]),
        ("nan", "NaN is no JSON.", '{"a":NaN,' + good[1:]), ("infinity", "Infinity is no JSON.", '{"a":-Infinity,' + good[1:]), ("leading-zero", "A number does not begin with 0.", '{"a":01,' + good[1:]), ("plus", "A number has no plus.", '{"a":+1,' + good[1:]), ("point-alone", "A digit follows a point.", '{"a":1.,' + good[1:]), ("hexadecimal", "No hexadecimal numbers.", '{"a":0x1,' + good[1:]),
        ("true-upper-case", "true is lower case.", '{"a":True,' + good[1:]), ("lone-high-surrogate", "Half a character.", '{"a":"\\ud800",' + good[1:]), ("lone-low-surrogate", "The other half.", '{"a":"\\udc00",' + good[1:]), ("surrogates-swapped", "The halves in the wrong order.", '{"a":"\\udc00\\ud800",' + good[1:]), ("escape-unknown", "No such escape.", '{"a":"\\x41",' + good[1:]),
        ("escape-short", "Three digits.", '{"a":"\\u12"}'), ("newline-in-string", "A line break in a string.", '{"a":"\n",' + good[1:]), ("escape-raw-in-string", "A control character in a string.", '{"a":"\x1b",' + good[1:]), ("nul-raw-in-string", "A NUL in a string.", '{"a":"\0",' + good[1:]), ("nul-behind", "A NUL behind the document.", good + "\0"),
        ("array", "A list is no document.", f"[{good}]"), ("array-empty", "A list is no document.", "[]"), ("object-empty", "No member at all.", "{}"), ("value-null", "The value is null.", '{"SAMLResponse":null}'), ("value-number", "The value is a number.", '{"SAMLResponse":1}'), ("value-array", "The value is a list.", f'{{"SAMLResponse":["{GOOD}"]}}'), ("value-object", "The value is an object.", f'{{"SAMLResponse":{{"a":"{GOOD}"}}}}'), ("value-empty", "The value is empty.", '{"SAMLResponse":""}'),
        ("value-true", "The value is true.", '{"SAMLResponse":true}'), ("name-other-case", "A member's name has a case.", good.replace("SAMLResponse", "samlresponse")), ("name-with-nul", "A member's name has no NUL.", good.replace("SAMLResponse", "SAMLResponse\\u0000")), ("value-with-nul", "Base64 has no NUL.", good.replace(GOOD, GOOD[:8] + "\\u0000" + GOOD[8:])), ("value-with-bidi", "Base64 has no bidi control, and none is repeated.", good.replace(GOOD, "\\u202e" + GOOD)),
        ("nested", "The member stands in another one.", f'{{"form":{good}}}'), ("assertion", "What saml-roles prints is not what it reads.", form(SAMLAssertion=GOOD, Roles=[])), ("context-alone", "A context and nothing else.", '{"_oktapipe":{"v":1}}'),
    ]:
        yield fails(f"json/{case}", "wrong_document", why, text)
    for case, raw in [("latin-1", b"\xe9"), ("overlong", b"\xc0\xaf"), ("surrogate", b"\xed\xa0\x80"), ("ff", b"\xff")]:
        yield fails(f"json/utf-8-{case}", "wrong_document", "These bytes are not UTF-8.", b'{"a":"' + raw + b'",' + good[1:].encode())
    yield fails("json/utf-16", "wrong_document", "UTF-16.", good.encode("utf-16"))
    yield fails("json/utf-16-without-mark", "wrong_document", "UTF-16 without its mark.", good.encode("utf-16-le"))
    for case, text in [("string", '"x"'), ("number", "17"), ("null", "null"), ("true", "true")]:
        yield fails(f"json/{case}-alone", "wrong_document", "JSON that is no object, and no base64 either.", text)
    yield fails("json/depth-200000", "wrong_document", "Two hundred thousand levels: no stack is used up.", [[1, '{"a":'], [200000, "["], [200000, "]"], [1, "}"]])
    yield fails("json/objects-nested", "wrong_document", "A hundred thousand objects in each other.", [[100000, '{"a":'], [1, "1"], [100000, "}"]])
    yield roles("json/duplicate-member-equal", "The same said twice is said once.", f'{{"SAMLResponse":"{GOOD}","SAMLResponse":"{GOOD}"}}')
    yield fails("json/duplicate-member-escaped", "wrong_document", "Of two members of a name some programs take the first and some the last, also where one is escaped.", f'{{"SAMLResponse":"{EVIL}","\\u0053AMLResponse":"{GOOD}"}}')
    yield roles("json/many-values", "Forty thousand values.", [[1, '{"a":[1'], [40000, ",1"], [1, "]," + good[1:]]])
    yield fails("json/too-many-values", "wrong_document", "Sixty thousand values: each takes many times its length in memory.", [[1, '{"a":[1'], [60000, ",1"], [1, "]," + good[1:]]])
    yield roles("json/long-number", "A number of a hundred thousand digits.", [[1, '{"a":'], [100000, "7"], [1, "," + good[1:]]])
    yield fails("json/size-5-mib", "wrong_document", "More than is read of any input.", [[1, '{"a":"'], [5 << 20, "x"], [1, '",' + good[1:]]])


def vectors():
    yield from base64s()
    yield from jsons()
