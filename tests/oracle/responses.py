"""SAML responses. Law: saml-roles gives what ElementTree gives, or refuses; what it takes is well-formed to xmllint too.

What it refuses alone has a reason from the list below, which is that of oktapipe-saml-roles(1), COMPATIBILITY.
"""

import json
import os
import re
import subprocess
import tempfile
import xml.etree.ElementTree as etree
from datetime import datetime, timezone

from tally import Tally  # noqa: F401

TOOLS = ["xmllint"]
SPOILS = True
P, A = "urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:2.0:assertion"
AWS = "https://aws.amazon.com/SAML/Attributes/"
STRICTER = [
    (r"there is a comment or an element inside of the value", "a comment or element in a value"),
    (r"more than one|two assertions|place of its own making|an ID twice|two (different )?values", "more than one where one is meant"),
    (r"DOCTYPE", "a DOCTYPE"), (r"encoded in|not XML 1.0", "another encoding or version"), (r"namespace declaration|namespace is not written plainly", "a namespace in disguise"),
    (r"no Response of SAML|no assertion|login failed", "no successful response"), (r"a name that XML does not allow", "a name that is not ASCII"),
    (r"nests deeper|bytes, the most", "a limit"), (r"no role|none of the|roles are offered", "no role"),
    (r"begin with a tag|holds no SAMLResponse|not base64|page", "not a response"),
]


def text(chance, value):
    """A text as XML may have it: as it is, in references, in CDATA."""
    out = []
    for c in value:
        way = chance.randrange(40)
        if way == 0:
            out.append(f"&#{ord(c)};")
        elif way == 1:
            out.append(f"&#x{ord(c):{chance.choice('xX')}};")
        elif way == 2:
            out.append(f"<![CDATA[{c}]]>")
        else:
            out.append({"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(c, c))
    return "".join(out)


def word(chance, letters, low, high):
    return "".join(chance.choice(letters) for _ in range(chance.randint(low, high)))


def response(chance):
    p, a = chance.choice([("saml2p:", "saml2:"), ("samlp:", "saml:"), ("p:", ""), ("", "a:"), ("saml2:", "saml2p:"), ("", "")])
    blank = lambda: chance.choice(["", "", "", " ", "\n", "\r\n  ", "<!-- c -->", "<?x y?>"])  # noqa: E731
    space = lambda: chance.choice(["", "", " ", "\n", "\t"])  # noqa: E731
    quote = lambda value: (f'"{value}"' if chance.random() < 0.7 else f"'{value}'")  # noqa: E731

    def start(name, *attributes, end=""):
        attributes = list(attributes)
        chance.shuffle(attributes)
        return f"<{name}" + "".join(f"{chance.choice([' ', chr(10), '  '])}{n}{space()}={space()}{quote(v)}" for n, v in attributes) + f"{space()}{end}>"

    def declare(prefix, uri):
        return (f"xmlns:{prefix[:-1]}" if prefix else "xmlns", uri)

    def attribute(name, values):
        inner = "".join(f"{start(a + 'AttributeValue')}{space()}{text(chance, v)}{space()}</{a}AttributeValue>{blank()}" for v in values)
        return f"{start(a + 'Attribute', ('Name', name), ('NameFormat', 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri'))}{blank()}{inner}</{a}Attribute>{blank()}"

    roles = []
    for _ in range(chance.choice([0, 1, 1, 2, 3, 5])):
        account = word(chance, "0123456789", 12, 12)
        role = f"arn:aws:iam::{account}:role/{chance.choice(['', '', 'a&b/', 'x,arn:y/', 'p<q/'])}{word(chance, 'ABCabc019_+=,.@-', 1, 12)}"
        provider = f"arn:aws:iam::{account}:saml-provider/{word(chance, 'ABCabc019_.-', 1, 8)}"
        roles.append(chance.choice(["{0},{1}", "{1},{0}", " {1} , {0} "]).format(role, provider) if chance.random() < 0.95 else chance.choice([role, provider, "", "x, y", role.upper()]))
    attributes = [attribute(AWS + "Role", roles[:len(roles) // 2]), attribute(AWS + "Role", roles[len(roles) // 2:]), attribute(AWS + "RoleSessionName", [word(chance, "ada@.&<é", 2, 12)]),
                  attribute(AWS + "SessionDuration", [chance.choice(["3600", "900", "43200", "x", ""])]), attribute("groups", ["a", "b"])]
    chance.shuffle(attributes)
    time = lambda: f"20{chance.randint(10, 40)}-0{chance.randint(1, 9)}-{chance.randint(10, 28)}T1{chance.randint(0, 9)}:00:00{chance.choice(['Z', '.000Z', '+02:00'])}"  # noqa: E731
    return (f"{chance.choice(['', '<?xml version=' + quote('1.0') + ' encoding=' + quote('UTF-8') + '?>'])}{blank()}"
            f"{start(p + 'Response', declare(p, P), ('Version', '2.0'), ('ID', 'id1'), ('Destination', 'https://signin.aws.amazon.com/saml'))}{blank()}"
            f"{start(p + 'Status')}{start(p + 'StatusCode', ('Value', 'urn:oasis:names:tc:SAML:2.0:status:Success'), end='/')}</{p}Status>{blank()}"
            f"{start(a + 'Assertion', declare(a, A), ('ID', 'id2'), ('IssueInstant', time()))}{blank()}<{a}Issuer>{text(chance, 'http://www.okta.com/exk' + word(chance, 'abc&é', 0, 4))}</{a}Issuer>{blank()}"
            f"<{a}Subject><{a}NameID>{text(chance, word(chance, 'ada@.', 1, 9))}</{a}NameID>{start(a + 'SubjectConfirmation')}"
            f"{start(a + 'SubjectConfirmationData', ('NotOnOrAfter', time()), ('Recipient', 'https://signin.aws.amazon.com/saml'), end='/')}</{a}SubjectConfirmation></{a}Subject>"
            f"{start(a + 'Conditions', ('NotBefore', time()), ('NotOnOrAfter', time()))}<{a}AudienceRestriction><{a}Audience>urn:amazon:webservices</{a}Audience></{a}AudienceRestriction></{a}Conditions>"
            f"{blank()}<{a}AttributeStatement>{''.join(attributes)}</{a}AttributeStatement></{a}Assertion>{blank()}</{p}Response>{blank()}")


SPOILS_WITH = ["<!---->", "<!-- x -->", "<?pi?>", "<x/>", "<x>", "</x>", "&amp;", "&lt;", "&x;", "&#0;", "&#65;", "&", "<", ">", "]]>", "<![CDATA[", "]]", "--", "'", '"', "=", " ", "\n", "\x01", "\x7f", "\u202e", "\u0085", "\ufeff", "é", "/", ":", "xmlns=''", " xmlns='urn:x'", " xmlns:a='urn:x'",
               f"<Assertion xmlns='{A}'/>", f"<Assertion xmlns='{A[:-1]}&#110;'/>", "<!DOCTYPE x>", "<?xml version='1.0'?>", " ID='id1'", " Name='x'", "\0", "Role", "arn:aws:iam::111122223333:role/X,"]


def spoil(chance, xml):
    for _ in range(chance.randint(1, 2)):
        # Half of them in a value: that is where it hurts.
        values = [m.span(1) for m in re.finditer(r"(?:AttributeValue|NameID|Issuer|Audience)>([^<]+)<", xml)]
        at = chance.randrange(*chance.choice(values)) if values and chance.random() < 0.5 else chance.randrange(len(xml))
        way = chance.randrange(6)
        if way < 3:
            xml = xml[:at] + chance.choice(SPOILS_WITH) + xml[at:]
        elif way == 3:
            xml = xml[:at] + xml[at + chance.randint(1, 3):]
        elif way == 4:
            tags = [m.span() for m in re.finditer(r"<[^<>]*>", xml)]
            if tags:
                low, high = chance.choice(tags)
                xml = xml[:low] + (xml[low:high] * chance.choice([0, 2])) + xml[high:]
        else:
            xml = xml[:at] + chance.choice("<>&;'\"=/ aA:!?-[]") + xml[at + 1:]
    return xml


# IAM's grammar, written down anew.
ROLE = re.compile(r"arn:aws(-[a-z0-9-]+)?:iam::[0-9]{12}:role/([!-~]{1,509}/|/?)?[A-Za-z0-9_+=,.@-]{1,64}")
PROVIDER = re.compile(r"arn:aws(-[a-z0-9-]+)?:iam::[0-9]{12}:saml-provider/[A-Za-z0-9_.-]{1,128}")
BLANK = " \t\n\r"


def pair(value):
    for at in (m.start() for m in re.finditer(",", value)):
        left, right = value[:at].strip(BLANK), value[at + 1:].strip(BLANK)
        for role, provider in (left, right), (right, left):
            if ROLE.fullmatch(role) and PROVIDER.fullmatch(provider):
                return role, provider
    return None


def whole(element):
    return "".join(element.itertext()).strip(BLANK)


def epoch(text):
    # RFC 3339; python reads more of ISO 8601 than that.
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", text.strip(BLANK), re.ASCII):
        return None
    try:
        time = datetime.fromisoformat(re.sub(r"Z$", "+00:00", text.strip(BLANK)))
        return int((time - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds() // 1) if time.tzinfo else None
    except ValueError:
        return None


def expected(xml):
    """What ElementTree finds in the response; an error if it is not well-formed."""
    root = etree.fromstring(xml)
    assertion = root.find(f"{{{A}}}Assertion")
    if root.tag != f"{{{P}}}Response" or assertion is None:
        return {}
    out = {"Roles": []}
    first = {}
    for attribute in assertion.iterfind(f"{{{A}}}AttributeStatement/{{{A}}}Attribute"):
        for value in attribute.iterfind(f"{{{A}}}AttributeValue"):
            name = attribute.get("Name", "")
            if name == AWS + "Role":
                found = pair(whole(value))
                if found and found not in out["Roles"]:
                    out["Roles"].append(found)
            elif whole(value):
                first.setdefault(name, whole(value))
    out["RoleSessionName"] = first.get(AWS + "RoleSessionName")
    duration = first.get(AWS + "SessionDuration", "")
    out["SessionDuration"] = int(duration) if re.fullmatch("[0-9]+", duration) and int(duration) < 1 << 32 else None
    for name, path in [("Issuer", "Issuer"), ("Subject", "Subject/NameID"), ("Audience", "Conditions/AudienceRestriction/Audience")]:
        element = assertion.find("/".join(f"{{{A}}}{step}" for step in path.split("/")))
        if name == "Issuer" and element is None:
            element = root.find(f"{{{A}}}Issuer")
        out[name] = whole(element) if element is not None else None
    ends = [data.get("NotOnOrAfter") for data in assertion.iterfind(f"{{{A}}}Subject/{{{A}}}SubjectConfirmation/{{{A}}}SubjectConfirmationData")]
    ends += [conditions.get("NotOnOrAfter") for conditions in assertion.iterfind(f"{{{A}}}Conditions")]
    ends = [epoch(end) for end in ends if end is not None]
    out["NotOnOrAfterEpoch"] = min((end for end in ends if end is not None), default=None)
    return out


def ill_formed(inputs):
    """The numbers of those that xmllint finds fault with."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, xml in enumerate(inputs):
            names.append(os.path.join(folder, f"{number}.xml"))
            with open(names[-1], "wb") as file:
                file.write(xml.strip())
        done = subprocess.run(["xmllint", "--noout", "--nonet", *names], capture_output=True)
        return {int(number) for number in re.findall(rb"/(\d+)\.xml:\d+: (?:parser|namespace) error", done.stderr)}


def compare(driver, chance, count, told):
    made = [(response(chance), chance.random() < 0.5) for _ in range(count)]
    inputs = [(spoil(chance, xml) if is_spoiled else xml).encode() for xml, is_spoiled in made]
    answers = driver.ask(["saml-roles"], inputs)
    taken = [number for number, (ok, _) in enumerate(answers) if ok]
    faulty = ill_formed([inputs[number] for number in taken])
    for place, number in enumerate(taken):
        if place in faulty:
            told.differ(f"taken, and ill-formed to xmllint: {inputs[number]!r}")
    for xml, (_, is_spoiled), (ok, output) in zip(inputs, made, answers):
        try:
            wanted = expected(xml.strip())
        except (etree.ParseError, ValueError, LookupError) as error:
            if ok:
                told.differ(f"taken, and ElementTree says {error}: {xml!r}")
            else:
                told.refuse()
            continue
        if not ok:
            why = next((why for pattern, why in STRICTER if re.search(pattern, output)), None)
            if "an attribute holds what XML does not allow" in output and re.search(rb"\s[^\s\"'=]*[\x80-\xff][^\s\"'=]*\s*=", xml):
                why = "a name that is not ASCII"
            if why == "no role" and wanted.get("Roles"):
                why = None
            if why is None or not is_spoiled and why != "no role":
                told.differ(f"refused ({output}), and ElementTree reads {wanted}: {xml!r}")
            else:
                told.strict(why)
            continue
        found = json.loads(output)
        found["Roles"] = [(role["RoleArn"], role["PrincipalArn"]) for role in found["Roles"]]
        different = [name for name in wanted if found.get(name) != wanted[name]]
        if different or not wanted:
            told.differ(f"{[(name, found.get(name), wanted[name]) for name in different]} in {xml!r}")
        else:
            told.agree()
