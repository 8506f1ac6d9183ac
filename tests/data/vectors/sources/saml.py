"""SAML responses as XML: what a parser may get wrong, and what it must get right."""

from .base import ASSERTION, DECLARATION, DEV, IDP, OPS, PAIR, PROTOCOL, RESPONSE, edit, edit_last, fails, roles, with_values

ROLE_START = '<saml2:Attribute Name="https://aws.amazon.com/SAML/Attributes/Role">'
ADMIN = "arn:aws:iam::111122223333:role/Admin"
ASSERTION_START = RESPONSE.index("<saml2:Assertion")
ASSERTION_END = RESPONSE.index("</saml2:Assertion>") + len("</saml2:Assertion>")
WHOLE = RESPONSE[ASSERTION_START:ASSERTION_END]
EVIL = WHOLE.replace("role/Dev", "role/Admin").replace('ID="id2"', 'ID="evil"')
STATUS = "<saml2p:Status><saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></saml2p:Status>"
CONDITION_END = 'NotOnOrAfter="2026-03-01T10:21:00.000Z"><saml2:AudienceRestriction>'


def comments():
    cut = f"{IDP},{ADMIN}%s-RO"
    why = "A %s inside of a role's value: one parser reads Admin, the next Admin-RO (CVE-2018-0489 and CVE-2017-11427)."
    yield fails("saml/comment-in-role", "protocol", why % "comment", with_values(cut % "<!---->"))
    yield fails("saml/comment-with-text-in-role", "protocol", why % "comment", with_values(cut % "<!-- x -->"))
    yield fails("saml/pi-in-role", "protocol", why % "processing instruction", with_values(cut % "<?x y?>"))
    yield fails("saml/element-in-role", "protocol", why % "child element", with_values(cut % "<x/>"))
    yield fails("saml/element-around-role", "protocol", "The value is an element's text, not the attribute's own.", with_values(f"<x>{PAIR}</x>"))
    yield fails("saml/comment-before-role", "protocol", "Behind a leading comment some parsers see no text at all.", with_values(f"<!---->{PAIR}"))
    yield fails("saml/comment-after-role", "protocol", "A comment at the end of a value is refused like any other in it.", with_values(f"{PAIR}<!-- -->"))
    yield fails("saml/comment-in-second-role", "protocol", "The first value is good, the second is split.", with_values(PAIR, cut % "<!---->"))
    for name, old, new in [
        ("issuer", "</saml2:Issuer><ds:", "<!---->.evil</saml2:Issuer><ds:"),
        ("nameid", "ada@acme.example</saml2:NameID>", "ada@acme.example<!---->.evil.example</saml2:NameID>"),
        ("audience", "urn:amazon:webservices<", "urn:amazon:webservices<!---->:x<"),
        ("session-name", "ada@acme.example</saml2:AttributeValue>", "ada<!---->@acme.example</saml2:AttributeValue>"),
        ("session-duration", "3600</", "36<!---->00</"),
    ]:
        yield fails(f"saml/comment-in-{name}", "protocol", "A comment splits a value that is read (CVE-2017-11427 did it to the name).", edit(old, new))
    yield fails("saml/pi-in-nameid", "protocol", "A processing instruction splits the subject's name.", edit("ada@acme.example</saml2:NameID>", "ada<?x?>@acme.example</saml2:NameID>"))
    yield roles("saml/comment-between-values", "Between elements a comment is nothing.",
                edit(ROLE_START, f"<!-- a -->{ROLE_START}<!-- b -->"))
    yield roles("saml/comment-around-root", "Before and behind the root a comment is nothing.", edit(DECLARATION, DECLARATION + "<!-- a -->") + "<!-- b -->")
    yield roles("saml/comment-in-signature", "What is not read may hold comments.", edit("<ds:SignedInfo/>", "<ds:SignedInfo><!-- x --><?y?></ds:SignedInfo>"))
    yield roles("saml/comment-in-foreign-attribute", "An attribute that is not AWS's may hold anything.",
                edit("</saml2:AttributeStatement>", '<saml2:Attribute Name="groups"><saml2:AttributeValue>a<!-- -->b<x/></saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>'))
    yield fails("saml/comment-double-hyphen", "protocol", "XML does not allow -- in a comment; parsers differ on where it ends.", edit(ROLE_START, f"<!-- a -- b -->{ROLE_START}"))
    yield fails("saml/comment-three-hyphens", "protocol", "XML does not allow a comment to end in --->.", edit(ROLE_START, f"<!-- a --->{ROLE_START}"))
    yield fails("saml/comment-unclosed", "protocol", "A comment that does not end swallows the rest.", edit(ROLE_START, f"<!-- {ROLE_START}"))
    yield fails("saml/comment-html-style", "protocol", "<!--> is a whole comment to HTML and the beginning of one to XML.", edit(ROLE_START, f"<!-->{ROLE_START}"))


def entities():
    good = "Text in pieces is one text: CDATA and references are joined, as every XML parser joins them."
    yield roles("saml/cdata-whole", good, with_values(f"<![CDATA[{PAIR}]]>"))
    yield roles("saml/cdata-part", good, with_values(PAIR.replace("Dev", "D<![CDATA[e]]>v")))
    yield roles("saml/cdata-twice", good, with_values(PAIR.replace("Dev", "<![CDATA[D]]><![CDATA[ev]]>")))
    yield roles("saml/cdata-empty", good, with_values(PAIR.replace("Dev", "D<![CDATA[]]>ev")))
    yield roles("saml/reference-decimal", good, with_values(PAIR.replace("Dev", "&#68;ev")))
    yield roles("saml/reference-hexadecimal", good, with_values(PAIR.replace("Dev", "&#x44;&#x65;v")))
    yield roles("saml/reference-leading-zeros", good, with_values(PAIR.replace("Dev", "&#0000068;ev")))
    yield roles("saml/reference-comma", "The comma between the ARNs may be a reference too.", with_values(PAIR.replace(",", "&#44;")))
    path = "arn:aws:iam::111122223333:role/%s/Dev"
    yield roles("saml/ampersand-in-path", "A role's path may hold any printable character.", with_values(f"{IDP},{path % 'a&amp;b'}"), (path % "a&b", IDP))
    yield roles("saml/ampersand-twice-encoded", "References are undone once, not until nothing is left of them.", with_values(f"{IDP},{path % 'a&amp;amp;b'}"), (path % "a&amp;b", IDP))
    yield roles("saml/less-than-in-path", "A reference to < is text, not a tag.", with_values(f"{IDP},{path % 'a&lt;b'}"), (path % "a<b", IDP))
    yield roles("saml/comment-text-in-cdata", "In CDATA a comment is text, and makes a name that no role has: skipped.", with_values(PAIR, f"<![CDATA[{IDP},{ADMIN}<!---->-RO]]>"))
    for name, reference in [
        ("undefined", "&nbsp;"), ("bare-ampersand", "& "), ("unclosed", "&amp"), ("nul", "&#0;"), ("escape", "&#27;"), ("vertical-tab", "&#x0B;"),
        ("fffe", "&#xFFFE;"), ("ffff", "&#xFFFF;"), ("surrogate", "&#xD800;"), ("beyond-unicode", "&#x110000;"), ("overflow", "&#99999999999999999999;"),
        ("empty", "&#;"), ("empty-hexadecimal", "&#x;"), ("negative", "&#-1;"), ("upper-case-x", "&#X44;"), ("no-digit", "&#4G;"), ("plus", "&#+68;"), ("blank", "&#68 ;"),
    ]:
        yield fails(f"saml/reference-{name}", "protocol", f"{reference.strip()} is no reference to a character that XML allows.", with_values(PAIR.replace("Dev", f"D{reference}ev")))
    yield fails("saml/reference-in-attribute", "protocol", "An attribute refers to an entity that nobody declared.", edit('ID="id1"', 'ID="&x;"'))
    yield fails("saml/reference-outside-root", "protocol", "Text outside of the root, as a reference.", RESPONSE + "&#32;")
    yield fails("saml/cdata-end-in-text", "protocol", "]]> must not stand in a text.", with_values(PAIR.replace("Dev", "D]]>ev")))
    yield fails("saml/cdata-outside-root", "protocol", "CDATA outside of the root.", RESPONSE + "<![CDATA[x]]>")
    yield fails("saml/cdata-unclosed", "protocol", "CDATA that does not end.", with_values(f"<![CDATA[{PAIR}"))


def wrapping():
    why = "Two assertions are how signatures are wrapped (CVE-2024-45409, CVE-2025-47949): one is verified, the other is read."
    yield fails("saml/two-assertions", "protocol", why, edit(WHOLE, WHOLE + EVIL))
    yield fails("saml/two-assertions-evil-first", "protocol", why, edit(WHOLE, EVIL + WHOLE))
    yield fails("saml/two-assertions-same-id", "protocol", why, edit(WHOLE, WHOLE + EVIL.replace('ID="evil"', 'ID="id2"')))
    yield fails("saml/assertion-in-extensions", "protocol", why, edit(STATUS, f"<saml2p:Extensions>{EVIL}</saml2p:Extensions>{STATUS}"))
    yield fails("saml/assertion-in-object", "protocol", why, edit("</ds:Signature>", f"<ds:Object>{EVIL}</ds:Object></ds:Signature>"))
    yield fails("saml/evil-around-original", "protocol", why, edit(WHOLE, EVIL.replace("</ds:Signature>", f"<ds:Object>{WHOLE}</ds:Object></ds:Signature>")))
    yield fails("saml/assertion-in-advice", "protocol", why, edit("<saml2:AttributeStatement>", f"<saml2:Advice>{EVIL}</saml2:Advice><saml2:AttributeStatement>"))
    yield fails("saml/assertion-in-assertion", "protocol", why, edit("</saml2:Assertion>", f"{EVIL}</saml2:Assertion>"))
    yield fails("saml/assertion-in-value", "protocol", why, edit("</saml2:AttributeStatement>", f'<saml2:Attribute Name="x"><saml2:AttributeValue>{EVIL}</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>'))
    yield fails("saml/assertion-in-wrapper", "protocol", "The only assertion is not a child of the response.", edit(WHOLE, f"<Wrapper>{WHOLE}</Wrapper>"))
    yield fails("saml/assertion-in-status", "protocol", why, edit("</saml2p:Status>", f"<saml2p:StatusDetail>{EVIL}</saml2p:StatusDetail></saml2p:Status>"))
    yield fails("saml/assertion-in-other-namespace-wrapper", "protocol", why, edit(WHOLE, f'<x:Wrapper xmlns:x="urn:x">{EVIL}</x:Wrapper>{WHOLE}'))
    yield fails("saml/response-in-response", "protocol", why, edit(WHOLE, RESPONSE[len(DECLARATION):] + WHOLE))
    yield fails("saml/response-in-extensions", "protocol", why, edit(STATUS, f"<saml2p:Extensions>{RESPONSE[len(DECLARATION):]}</saml2p:Extensions>{STATUS}"))
    encrypted = f'<saml2:EncryptedAssertion xmlns:saml2="{ASSERTION}"><x/></saml2:EncryptedAssertion>'
    yield fails("saml/assertion-and-encrypted", "protocol", "Nobody knows which of the two AWS would read.", edit(WHOLE, encrypted + WHOLE))
    yield fails("saml/two-encrypted", "protocol", "Two encrypted assertions.", edit(WHOLE, encrypted * 2))
    yield fails("saml/encrypted-in-extensions", "protocol", "An encrypted assertion in a place of its own making.", edit(STATUS, f"<saml2p:Extensions>{encrypted}</saml2p:Extensions>{STATUS}"))
    yield fails("saml/encrypted", "no_role", "The roles of an encrypted assertion cannot be read, and are not guessed.", edit(WHOLE, encrypted))
    yield roles("saml/encrypted-with-flags", "Named whole, a role is taken for an assertion that only AWS can read.", edit(WHOLE, encrypted), (OPS, IDP), args=["--role", OPS, "--principal", IDP])
    yield fails("saml/no-assertion", "protocol", "A response without an assertion.", edit(WHOLE, ""))
    yield fails("saml/assertion-of-saml-1", "protocol", "SAML 1.1 has an Assertion too.", RESPONSE.replace(ASSERTION, "urn:oasis:names:tc:SAML:1.0:assertion"))
    yield fails("saml/response-of-saml-1", "protocol", "SAML 1.1 has a Response too.", RESPONSE.replace(PROTOCOL, "urn:oasis:names:tc:SAML:1.0:protocol"))
    yield roles("saml/foreign-assertion", "An element of that name in another namespace is another element.", edit(STATUS, f'{STATUS}<x:Assertion xmlns:x="urn:x">{PAIR}</x:Assertion>'))
    for name, element in [("Issuer", "<saml2:Issuer>x</saml2:Issuer>"), ("Subject", "<saml2:Subject/>"), ("Conditions", "<saml2:Conditions/>")]:
        yield fails(f"saml/two-{name.lower()}s", "protocol", "Of two that are one by the schema, some take the first and some the last.", edit("<saml2:AttributeStatement>", element + "<saml2:AttributeStatement>"))
    yield fails("saml/two-nameids", "protocol", "Of two that are one by the schema, some take the first and some the last.", edit("</saml2:NameID>", "</saml2:NameID><saml2:NameID>eve</saml2:NameID>"))
    yield fails("saml/two-statuses", "protocol", "Two statuses, the second a failure.", edit(STATUS, STATUS + STATUS.replace("Success", "Responder")))
    yield fails("saml/root-is-assertion", "protocol", "AWS takes a response, not an assertion by itself.", DECLARATION + WHOLE)
    yield fails("saml/root-is-logout-response", "protocol", "A response to a logout logs nobody in.", RESPONSE.replace("saml2p:Response", "saml2p:LogoutResponse"))
    yield fails("saml/root-is-lower-case", "protocol", "XML's names have a case.", RESPONSE.replace("saml2p:Response", "saml2p:response"))


def statuses():
    for name, status in [
        ("responder", '<saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></saml2p:StatusCode>'),
        ("success-below-failure", '<saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:StatusCode>'),
        ("success-of-another-name", '<saml2p:StatusCode Value="urn:example:Success"/>'),
        ("success-in-lower-case", '<saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:success"/>'),
        ("no-code", ""), ("no-value", "<saml2p:StatusCode/>"),
        ("two-codes", '<saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/>'),
    ]:
        yield fails(f"saml/status-{name}", "protocol", "The response does not say that the login succeeded.", edit(STATUS, f"<saml2p:Status>{status}</saml2p:Status>"))
    yield fails("saml/status-message-for-a-terminal", "protocol", "The identity provider's words reach a terminal without what it would obey.",
                edit(STATUS, '<saml2p:Status><saml2p:StatusCode Value="urn:x"/><saml2p:StatusMessage>a\u009b31mb\u202ec\u007fd\u0085e</saml2p:StatusMessage></saml2p:Status>'))
    yield roles("saml/status-absent", "Without a status nothing says that the login failed.", edit(STATUS, ""))


def doctypes():
    why = "A DOCTYPE is refused before anything in it is read: no file, no socket, no expansion."
    def with_doctype(doctype, body=RESPONSE):
        return edit(DECLARATION, DECLARATION + doctype, body)
    using = with_values(f"&x;{PAIR}")
    yield fails("saml/xxe-file", "protocol", why, with_doctype('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>', using))
    yield fails("saml/xxe-http", "protocol", why, with_doctype('<!DOCTYPE r [<!ENTITY x SYSTEM "http://169.254.169.254/latest/meta-data/">]>', using))
    yield fails("saml/xxe-php", "protocol", why, with_doctype('<!DOCTYPE r [<!ENTITY x SYSTEM "php://filter/convert.base64-encode/resource=/etc/passwd">]>', using))
    yield fails("saml/xxe-parameter-entity", "protocol", why, with_doctype('<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;]>'))
    yield fails("saml/xxe-external-dtd", "protocol", why, with_doctype('<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd">'))
    yield fails("saml/xxe-public-dtd", "protocol", why, with_doctype('<!DOCTYPE r PUBLIC "-//X//DTD//EN" "http://127.0.0.1:1/x.dtd">'))
    yield fails("saml/doctype-bare", "protocol", why, with_doctype("<!DOCTYPE r>"))
    yield fails("saml/doctype-lower-case", "protocol", "XML has no <!doctype; HTML has.", with_doctype("<!doctype r>"))
    yield fails("saml/doctype-behind-comment", "protocol", why, with_doctype("<!-- <!DOCTYPE x> --><!DOCTYPE r>"))
    yield fails("saml/doctype-inside", "protocol", "A DOCTYPE inside of the root.", edit(STATUS, "<!DOCTYPE r>" + STATUS))
    yield fails("saml/doctype-unclosed", "protocol", "quick-xml 0.39.3 panicked on one that is cut off.", DECLARATION + "<!DOCTYPE r[<aa<bb<cc<dd>")
    yield fails("saml/doctype-default-attribute", "protocol", "A DTD may give attributes to elements that have none.", with_doctype('<!DOCTYPE r [<!ATTLIST saml2p:Response Destination CDATA "https://evil.example">]>'))
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    yield fails("saml/billion-laughs", "protocol", "Ten to the tenth (CVE-2003-1564); refused unread.", with_doctype(f'<!DOCTYPE r [<!ENTITY l0 "lol">{laughs}]>', with_values("&l9;")))
    entity = '<!DOCTYPE r [<!ENTITY x "'
    yield fails("saml/quadratic-entity", "protocol", "One long entity, used many times (CVE-2013-0340).",
                [[1, DECLARATION + entity], [30000, "A"], [1, '">]>' + RESPONSE[len(DECLARATION):RESPONSE.index(PAIR)]], [3000, "&x;"], [1, RESPONSE[RESPONSE.index(PAIR):]]])
    yield fails("saml/xinclude-in-value", "protocol", "An include is an element, and no element belongs into a value.", with_values('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'))
    yield roles("saml/xml-stylesheet", "A processing instruction before the root is nothing, and its address is not visited.", edit(DECLARATION, DECLARATION + '<?xml-stylesheet href="http://127.0.0.1:1/x.xsl"?>'))


def attributes():
    why = "The same attribute twice: some parsers keep the first, some the last; XML refuses it."
    name = 'Name="https://aws.amazon.com/SAML/Attributes/Role"'
    yield fails("saml/duplicate-attribute", "protocol", why, edit(name, f'{name} Name="x"'))
    yield fails("saml/duplicate-attribute-first-other", "protocol", why, edit(name, f'Name="x" {name}'))
    yield fails("saml/duplicate-attribute-of-root", "protocol", why, edit('ID="id1"', 'ID="id1" ID="id2"'))
    yield fails("saml/duplicate-attribute-in-signature", "protocol", why, edit("<ds:SignedInfo/>", '<ds:SignedInfo a="1" a="1"/>'))
    yield fails("saml/duplicate-by-prefix", "protocol", "Two prefixes of one namespace make the same attribute twice.", edit("<ds:SignedInfo/>", '<ds:SignedInfo xmlns:p="urn:x" xmlns:q="urn:x" p:a="1" q:a="2"/>'))
    yield fails("saml/duplicate-declaration", "protocol", "One prefix declared twice in a tag.", edit(f'xmlns:saml2p="{PROTOCOL}"', f'xmlns:saml2p="{PROTOCOL}" xmlns:saml2p="{PROTOCOL}"'))
    yield fails("saml/duplicate-default-declaration", "protocol", "The default namespace declared twice in a tag.", edit("<ds:SignedInfo/>", '<ds:SignedInfo xmlns="urn:x" xmlns="urn:y"/>'))
    for case, new in [
        ("unquoted", "Name=x"), ("without-value", "Name"), ("without-space", f'a="b"{name}'), ("with-tag", 'Name="a<b"'), ("quote-unclosed", 'Name="x'),
        ("mixed-quotes", "Name=\"x'"), ("name-with-digit", '1Name="x"'), ("two-equals", 'Name=="x"'), ("with-slash", f'{name} /'), ("bare-ampersand", 'Name="a&b"'),
    ]:
        yield fails(f"saml/attribute-{case}", "protocol", "XML does not allow such an attribute; HTML's parsers do.", edit(name, new))
    yield roles("saml/attribute-single-quotes", "Either quote serves.", edit(name, name.replace('"', "'")))
    yield roles("saml/attribute-blanks-around-equals", "Blanks may stand around the equals sign.", edit(name, name.replace("=", " = ")))
    yield roles("saml/attribute-reference-in-name", "A reference in an attribute's value is undone.", edit("SAML/Attributes/Role\"", "SAML/Attributes/R&#111;le\""))
    yield fails("saml/attribute-newline-in-name", "no_role", "A line break in an attribute is a blank, and the name another.", edit('SAML/Attributes/Role"', 'SAML/Attributes/Role\n"'))
    yield fails("saml/attribute-prefixed-name", "no_role", "An attribute with a prefix is another than SAML's Name.", edit(ROLE_START, ROLE_START.replace(' Name="', ' xmlns:x="urn:x" x:Name="')))
    head, tail = edit("<ds:SignedInfo/>", "<ds:SignedInfo~/>").split("~")
    yield roles("saml/attributes-4000", "Many attributes cost no time to speak of (RUSTSEC-2026-0194).", head + "".join(f' a{i}=""' for i in range(4000)) + tail)
    yield roles("saml/declarations-100", "A hundred declarations are a hundred declarations.", head + "".join(f' xmlns:p{i}="urn:{i}"' for i in range(100)) + tail)
    yield fails("saml/declarations-2000", "protocol", "Namespaces are looked up for each name: there is a limit to them (RUSTSEC-2026-0195).", head + "".join(f' xmlns:p{i}="urn:{i}"' for i in range(2000)) + tail)
    yield fails("saml/attributes-too-many", "protocol", "80,000 attributes are more than an assertion may be long.", [[1, head], [80000, ' a=""'], [1, tail]])


def shapes():
    yield roles("saml/plain", "A good one, as Okta sends it.", RESPONSE, member=[["RoleSessionName", "ada@acme.example"], ["SessionDuration", 3600], ["Subject", "ada@acme.example"], ["Issuer", "http://www.okta.com/exk1"], ["Audience", "urn:amazon:webservices"], ["Recipient", "https://signin.aws.amazon.com/saml"], ["NotOnOrAfter", "2026-03-01T10:21:00Z"], ["NotOnOrAfterEpoch", 1772360460], ["Roles.0.AccountId", "111122223333"]])
    yield fails("saml/two-roots", "protocol", "A second root.", RESPONSE + "<a/>")
    yield fails("saml/two-responses", "protocol", "A second response.", RESPONSE + RESPONSE[len(DECLARATION):])
    yield fails("saml/text-behind-root", "protocol", "Text behind the root.", RESPONSE + "x")
    yield fails("saml/text-before-root", "protocol", "Text between declaration and root.", edit(DECLARATION, DECLARATION + "x"))
    yield fails("saml/text-before-all", "wrong_document", "What begins with a letter is taken as base64, and is none.", "x" + RESPONSE)
    yield roles("saml/blanks-around", "Blanks around the document are dropped.", "\n \t" + RESPONSE + " \n\n")
    yield roles("saml/blanks-everywhere", "Blanks between elements are nothing.", RESPONSE.replace("><", ">\n  <"))
    yield roles("saml/carriage-returns", "Line ends of Windows are line ends.", RESPONSE.replace("><", ">\r\n<"))
    yield fails("saml/nul-behind-root", "protocol", "A NUL behind the root.", RESPONSE + "\0")
    yield fails("saml/empty", "no_document", "Nothing at all.", "")
    yield fails("saml/blanks-only", "no_document", "Blanks alone are nothing.", " \n\t\r\n ")
    yield fails("saml/declaration-only", "protocol", "A declaration, and no root.", DECLARATION)
    yield fails("saml/comment-only", "protocol", "A comment, and no root.", "<!-- x -->")
    yield fails("saml/root-unclosed", "protocol", "The root does not end.", edit("</saml2p:Response>", ""))
    yield fails("saml/cut-in-tag", "protocol", "Cut in a tag.", RESPONSE[:RESPONSE.index("<saml2:Subject>") + 7])
    yield fails("saml/cut-in-attribute", "protocol", "Cut in an attribute.", RESPONSE[:RESPONSE.index("Attributes/Role") + 7])
    yield fails("saml/cut-in-text", "protocol", "Cut in a value: nothing of it is used.", RESPONSE[:RESPONSE.index("role/Dev") + 6])
    yield fails("saml/cut-before-last-character", "protocol", "The last character is missing.", RESPONSE[:-1])
    yield fails("saml/end-tag-of-another", "protocol", "An end tag that fits no start.", edit("</saml2:Subject>", "</saml2:Subjekt>"))
    yield fails("saml/end-tag-other-case", "protocol", "An end tag in another case.", edit("</saml2:Subject>", "</saml2:subject>"))
    yield fails("saml/end-tag-other-prefix", "protocol", "An end tag with another prefix of the same namespace.", edit("</saml2:Subject>", "</a:Subject>", edit("<saml2:Subject>", f'<saml2:Subject xmlns:a="{ASSERTION}">')))
    yield fails("saml/end-tag-crossed", "protocol", "Elements that cross.", edit("<ds:SignedInfo/>", "<a><b></a></b>"))
    yield fails("saml/end-tag-with-attribute", "protocol", "An end tag with an attribute.", edit("</saml2:Subject>", '</saml2:Subject a="b">'))
    yield fails("saml/end-tag-alone", "protocol", "An end tag too many.", RESPONSE + "</x>")
    for case, tag in [("blank-first", "< a/>"), ("digit-first", "<1a/>"), ("hyphen-first", "<-a/>"), ("two-colons", '<ds:a:b/>'), ("colon-first", "<:a/>"), ("colon-last", "<ds:/>"),
                      ("empty", "<>x</>"), ("slash-inside", "<a/b/>"), ("exclamation", "<!a>"), ("quote", "<a'b/>"), ("less-than", "<a<b/>")]:
        yield fails(f"saml/tag-{case}", "protocol", "XML does not allow such a tag.", edit("<ds:SignedInfo/>", tag))
    yield fails("saml/pi-named-xml", "protocol", "An XML declaration in the middle.", edit(STATUS, '<?xml version="1.0"?>' + STATUS))
    yield fails("saml/pi-named-XML", "protocol", "The name xml is reserved in any case.", edit(STATUS, "<?XmL x?>" + STATUS))
    yield fails("saml/pi-unclosed", "protocol", "A processing instruction that does not end.", edit(STATUS, "<?x " + STATUS))
    yield roles("saml/depth-64", "Sixty-four levels are more than any response has.", edit("<ds:SignedInfo/>", "<a>" * 61 + "</a>" * 61))
    yield fails("saml/depth-65", "protocol", "One level more than is read.", edit("<ds:SignedInfo/>", "<a>" * 62 + "</a>" * 62))
    head, tail = edit("<ds:SignedInfo/>", "~").split("~")
    yield fails("saml/depth-10000", "protocol", "Ten thousand levels: no stack is used up.", [[1, head], [10000, "<a>"], [10000, "</a>"], [1, tail]])
    yield fails("saml/depth-unclosed", "protocol", "Twenty thousand levels that do not end.", [[1, head], [20000, "<a>"]])


def namespaces():
    yield roles("saml/prefixes-renamed", "Prefixes are names of one document only.", RESPONSE.replace("saml2p", "p").replace("saml2:", "a:").replace(":saml2=", ":a="))
    swapped = RESPONSE.replace("saml2p", "@").replace("saml2:", "saml2p:").replace(":saml2=", ":saml2p=").replace("@", "saml2")
    yield roles("saml/prefixes-swapped", "The prefixes of the two namespaces may be swapped.", swapped)
    yield roles("saml/default-namespace", "The assertion may have the default namespace.", RESPONSE.replace("saml2:", "").replace("xmlns:saml2=", "xmlns="))
    yield fails("saml/prefix-not-ascii", "protocol", "XML has names of other letters, on which parsers differ by its edition; no identity provider has.", RESPONSE.replace("saml2p", "r\u00e9ponse"))
    yield roles("saml/declared-behind-its-use", "A declaration holds for the whole tag, the attributes before it too.", edit("<ds:SignedInfo/>", '<q:a q:b="c" xmlns:q="urn:q"/>'))
    yield fails("saml/prefix-undeclared", "protocol", "A prefix that nobody declared.", edit("<ds:SignedInfo/>", "<q:SignedInfo/>"))
    yield fails("saml/prefix-xmlns", "protocol", "An element with the prefix that declares prefixes.", edit("<ds:SignedInfo/>", "<xmlns:SignedInfo/>"))
    yield fails("saml/namespace-reserved", "protocol", "The namespace of xmlns as the default.", edit("<ds:SignedInfo/>", '<SignedInfo xmlns="http://www.w3.org/2000/xmlns/"/>'))
    yield fails("saml/namespace-of-xml", "protocol", "The namespace of xml as the default.", edit("<ds:SignedInfo/>", '<SignedInfo xmlns="http://www.w3.org/XML/1998/namespace"/>'))
    yield fails("saml/attribute-prefix-undeclared", "protocol", "An attribute's prefix that nobody declared.", edit("<ds:SignedInfo/>", '<ds:SignedInfo q:a="b"/>'))
    yield fails("saml/prefix-out-of-scope", "protocol", "A prefix is used behind the element that declared it.", edit("<saml2:Subject>", "<ds:x/><saml2:Subject>"))
    yield fails("saml/prefix-unbound", "protocol", "Namespaces 1.0 cannot take a prefix away.", edit("<ds:SignedInfo/>", '<a xmlns:ds=""/>'))
    yield fails("saml/prefix-xml-bound", "protocol", "The prefix xml has one namespace for ever.", edit("<ds:SignedInfo/>", '<a xmlns:xml="urn:x"/>'))
    yield fails("saml/prefix-xmlns-declared", "protocol", "The prefix xmlns cannot be declared.", edit("<ds:SignedInfo/>", '<a xmlns:xmlns="urn:x"/>'))
    yield fails("saml/prefix-for-xml-namespace", "protocol", "No other prefix may have the namespace of xml.", edit("<ds:SignedInfo/>", '<a xmlns:q="http://www.w3.org/XML/1998/namespace"/>'))
    yield fails("saml/statement-in-foreign-namespace", "no_role", "The prefix is bound anew: the statement is not SAML's.", edit("<saml2:AttributeStatement>", '<saml2:AttributeStatement xmlns:saml2="urn:x">'))
    yield fails("saml/value-in-foreign-namespace", "no_role", "A value of another namespace is no value.", RESPONSE.replace("saml2:AttributeValue>", "v>").replace("<v>", '<v xmlns="urn:x">'))
    yield fails("saml/statement-without-namespace", "no_role", "The default namespace taken away.", RESPONSE.replace("saml2:AttributeStatement>", "AttributeStatement>"))
    yield fails("saml/namespace-other-case", "protocol", "Namespaces are compared byte by byte.", RESPONSE.replace(PROTOCOL, PROTOCOL.upper()))
    yield fails("saml/namespace-with-blank", "protocol", "A blank makes it another namespace.", RESPONSE.replace(f'"{PROTOCOL}"', f'"{PROTOCOL} "'))
    yield fails("saml/namespace-with-reference", "protocol", "Some parsers undo references before they compare namespaces, some do not.", edit(f'xmlns:saml2p="{PROTOCOL}"', f'xmlns:saml2p="{PROTOCOL[:-1]}&#108;"'))
    yield fails("saml/hidden-assertion-by-reference", "protocol", "The second assertion's namespace is written with a reference, so that only some parsers see it.",
                edit(WHOLE, WHOLE + EVIL.replace(f'"{ASSERTION}"', f'"{ASSERTION[:-1]}&#110;"')))
    yield roles("saml/xml-attributes", "xml:lang and xml:space need no declaration.", edit("<saml2:Subject>", '<saml2:Subject xml:lang="en" xml:space="preserve">'))
    yield roles("saml/schema-types", "Okta types its values.", RESPONSE.replace("<saml2:AttributeValue>", '<saml2:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">'))


def characters():
    for case, byte in [("nul", "\0"), ("escape", "\x1b"), ("c0", "\x01"), ("vertical-tab", "\x0b"), ("form-feed", "\x0c"), ("fffe", "\ufffe"), ("ffff", "\uffff")]:
        why = "A character that XML does not have, raw."
        yield fails(f"saml/{case}-in-value", "protocol", why, with_values(PAIR.replace("Dev", f"D{byte}ev")))
        yield fails(f"saml/{case}-in-attribute", "protocol", why, edit('ID="id1"', f'ID="id{byte}1"'))
    yield fails("saml/escape-in-comment", "protocol", "Not in a comment either.", edit(DECLARATION, DECLARATION + "<!-- \x1b -->"))
    odd = "a\u007f\u0085\u009b31m\u202e\u200b\U0001f600"
    yield roles("saml/terminal-controls-in-session-name", "XML has these characters; a JSON document holds them escaped.", edit("ada@acme.example</saml2:AttributeValue>", odd + "</saml2:AttributeValue>"), member=[["RoleSessionName", odd]])
    yield roles("saml/terminal-controls-in-issuer", "XML has these characters; a JSON document holds them escaped.", edit("http://www.okta.com/exk1</saml2:Issuer><ds", odd + "x</saml2:Issuer><ds"), member=[["Issuer", odd + "x"]])
    yield roles("saml/terminal-controls-in-role", "A role of such a name is none, and the warning about it is clean.", with_values(PAIR, f"{IDP},{DEV}\u009b31m\u202e"))


def encodings():
    why = "The declaration names another encoding than UTF-8: some parsers obey it, some ignore it."
    for case in ["UTF-16", "ISO-8859-1", "windows-1252", "UTF-7", "US-ASCII", "UTF8", "UCS-4", "EBCDIC-CP-US", ""]:
        yield fails(f"saml/declares-{(case or 'nothing').lower()}", "protocol", why, edit("UTF-8", case))
    yield roles("saml/declares-lower-case", "Encodings are named in any case.", edit("UTF-8", "utf-8"))
    yield roles("saml/declares-none", "UTF-8 is the default.", edit(' encoding="UTF-8"', ""))
    yield roles("saml/no-declaration", "A declaration may be missing.", edit(DECLARATION, ""))
    yield roles("saml/declaration-single-quotes", "Either quote serves.", edit(DECLARATION, DECLARATION.replace('"', "'")))
    yield roles("saml/declares-standalone", "standalone changes nothing without a DTD.", edit('"?>', '" standalone="yes"?>'))
    yield fails("saml/declares-xml-1-1", "protocol", "XML 1.1 has other characters and line ends.", edit('version="1.0"', 'version="1.1"'))
    yield fails("saml/declares-xml-2-0", "protocol", "There is no XML 2.0.", edit('version="1.0"', 'version="2.0"'))
    yield fails("saml/declares-no-version", "protocol", "A declaration begins with the version.", edit(' version="1.0"', ""))
    yield fails("saml/declares-encoding-first", "protocol", "A declaration begins with the version.", edit('version="1.0" encoding="UTF-8"', 'encoding="UTF-8" version="1.0"'))
    yield fails("saml/declaration-twice", "protocol", "A second declaration.", DECLARATION + RESPONSE)
    yield fails("saml/declaration-behind-comment", "protocol", "A declaration is the very first thing.", "<!-- x -->" + RESPONSE)
    yield fails("saml/declaration-upper-case", "protocol", "A declaration is lower case.", edit("<?xml", "<?XML"))
    yield roles("saml/byte-order-mark", "A mark of UTF-8 is dropped.", "\ufeff" + RESPONSE)
    yield fails("saml/byte-order-mark-twice", "wrong_document", "One mark is dropped, the second is a character.", "\ufeff\ufeff" + RESPONSE)
    yield fails("saml/utf-16-le", "wrong_document", "UTF-16 with its mark, and nothing else.", b"\xff\xfe" + edit("UTF-8", "UTF-16").encode("utf-16-le"))
    yield fails("saml/utf-16-be", "wrong_document", "UTF-16 with its mark, the other way around.", b"\xfe\xff" + edit("UTF-8", "UTF-16").encode("utf-16-be"))
    yield fails("saml/utf-16-without-mark", "protocol", "UTF-16 without a mark looks like markup with NULs.", edit("UTF-8", "UTF-16").encode("utf-16-le"))
    yield fails("saml/utf-32-le", "wrong_document", "UTF-32 with its mark.", edit("UTF-8", "UTF-32").encode("utf-32"))
    yield fails("saml/ebcdic", "wrong_document", "EBCDIC.", edit("UTF-8", "cp037").encode("cp037"))
    yield fails("saml/utf-7", "protocol", "+ADw- is < to lxml where the declaration says UTF-7.", edit("UTF-8", "UTF-7").replace("<saml2p:Status>", "+ADw-saml2p:Status+AD4-"))
    for case, raw in [("overlong", b"\xc0\xbc"), ("overlong-nul", b"\xc0\x80"), ("surrogate", b"\xed\xa0\x80"), ("latin-1", b"\xe9"), ("ff", b"\xff"), ("five-bytes", b"\xf8\x88\x80\x80\x80"), ("beyond", b"\xf4\x90\x80\x80"), ("lone-continuation", b"\x80")]:
        yield fails(f"saml/utf-8-{case}", "protocol", "These bytes are not UTF-8.", RESPONSE.encode().replace(b"ada@", b"a" + raw + b"@"))
    yield fails("saml/utf-8-cut", "protocol", "UTF-8 cut in a character.", (RESPONSE + "<!-- \u20ac").encode()[:-1])


def counts():
    yield fails("saml/no-role-attribute", "no_role", "An assertion without roles.", edit("SAML/Attributes/Role\"", "SAML/Attributes/Other\""))
    yield fails("saml/no-statement", "no_role", "An assertion without attributes.", RESPONSE[:RESPONSE.index("<saml2:AttributeStatement>")] + RESPONSE[RESPONSE.index("</saml2:AttributeStatement>") + 27:])
    yield fails("saml/no-values", "no_role", "A Role attribute without values.", with_values())
    yield fails("saml/empty-value", "no_role", "A Role attribute whose value is empty.", with_values(""))
    yield roles("saml/two-roles", "Two values.", with_values(PAIR, f"{IDP},{OPS}"), (DEV, IDP), (OPS, IDP))
    yield roles("saml/two-role-attributes", "Two attributes of one name are one list.", edit(ROLE_START, f"{ROLE_START}<saml2:AttributeValue>{IDP},{OPS}</saml2:AttributeValue></saml2:Attribute>{ROLE_START}"), (OPS, IDP), (DEV, IDP))
    yield roles("saml/two-statements", "Two statements are one list.", edit("<saml2:AttributeStatement>", f"<saml2:AttributeStatement>{ROLE_START}<saml2:AttributeValue>{IDP},{OPS}</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement><saml2:AttributeStatement>"), (OPS, IDP), (DEV, IDP))
    many = [f"arn:aws:iam::{111122220000 + i}:role/R{i}" for i in range(250)]
    yield roles("saml/250-roles", "As many roles as fit.", with_values(*[f"{IDP},{role}" for role in many]), *[(role, IDP) for role in many])
    yield roles("saml/role-twice", "A pair that comes twice is one.", with_values(PAIR, PAIR, f"{DEV},{IDP}"))
    other = IDP + "2"
    yield roles("saml/role-through-two-providers", "One role through two providers is two offers.", with_values(PAIR, f"{other},{DEV}"), (DEV, IDP), (DEV, other))
    for case, name in [("lower-case", "https://aws.amazon.com/SAML/Attributes/role"), ("http", "http://aws.amazon.com/SAML/Attributes/Role"), ("upper-case-host", "https://AWS.amazon.com/SAML/Attributes/Role"),
                       ("slash-behind", "https://aws.amazon.com/SAML/Attributes/Role/"), ("longer", "https://aws.amazon.com/SAML/Attributes/Roles"), ("evil-host", "https://aws.amazon.com.evil.example/SAML/Attributes/Role"), ("bare", "Role")]:
        yield fails(f"saml/attribute-name-{case}", "no_role", "AWS compares the attribute's name byte by byte.", edit("https://aws.amazon.com/SAML/Attributes/Role", name))
    yield roles("saml/attribute-name-china", "AWS China documents another name.", edit("https://aws.amazon.com/SAML/Attributes/Role", "https://www.amazonaws.cn/SAML/Attributes/Role"))
    for case, value in [("word", "long"), ("negative", "-1"), ("fraction", "3600.5"), ("overflow", "99999999999"), ("empty", ""), ("hexadecimal", "0xe10"), ("arabic-digits", "\u0663\u0666")]:
        yield roles(f"saml/session-duration-{case}", "A duration that is no number of seconds is not passed on.", edit(">3600<", f">{value}<"), absent=["SessionDuration"])


def times():
    at = 'NotOnOrAfter="2026-03-01T10:21:00.000Z"'
    for case, text, epoch in [("offset", "2026-03-01T12:21:00+02:00", 1772360460), ("no-fraction", "2026-03-01T10:21:00Z", 1772360460), ("long-fraction", "2026-03-01T10:21:00.123456789Z", 1772360460),
                              ("past", "1999-01-01T00:00:00Z", 915148800), ("before-1970", "1969-12-31T23:59:59Z", -1), ("far-future", "9999-12-30T00:00:00Z", 253402128000)]:
        yield roles(f"saml/time-{case}", "A time is told in whole seconds of UTC; whether it has passed is AWS's to say.", RESPONSE.replace(at, f'NotOnOrAfter="{text}"'), member=[["NotOnOrAfterEpoch", epoch]])
    for case, text in [("absent", None), ("no-zone", "2026-03-01T10:21:00"), ("date-only", "2026-03-01"), ("year-10000", "10000-01-01T00:00:00Z"), ("month-13", "2026-13-01T00:00:00Z"), ("february-30", "2026-02-30T00:00:00Z"),
                       ("hour-25", "2026-03-01T25:00:00Z"), ("word", "never"), ("empty", ""), ("epoch", "1772360460"), ("nested-comments", "Thu, 01 Jan 2026 00:00:00 GMT " + "(" * 20000)]:
        yield roles(f"saml/time-{case}", "What is no time is not told as one, and no guess is made of it.", RESPONSE.replace(at, f'NotOnOrAfter="{text}"' if text is not None else ""), absent=["NotOnOrAfter", "NotOnOrAfterEpoch"])
    yield roles("saml/time-earliest-counts", "Of two ends the first holds.", edit(f"{at}><saml2:AudienceRestriction", 'NotOnOrAfter="2026-03-01T10:20:00Z"><saml2:AudienceRestriction'), member=[["NotOnOrAfterEpoch", 1772360400]])


def sizes():
    head, tail = edit("<ds:SignedInfo/>", "<ds:SignedInfo>~</ds:SignedInfo>").split("~")
    room = 75000 - len(head) - len(tail)
    yield roles("saml/size-75000", "STS takes 100,000 characters of base64: 75,000 bytes.", [[1, head], [room, " "], [1, tail]])
    yield fails("saml/size-75001", "protocol", "One byte more than STS takes.", [[1, head], [room + 1, " "], [1, tail]], says="100000")
    yield fails("saml/size-3-mib", "protocol", "Three megabytes of a response.", [[1, head], [3 << 20, " "], [1, tail]])
    yield fails("saml/size-10-mb", "wrong_document", "More than is read of any input.", [[1, head], [10_000_000, " "], [1, tail]])


def vectors():
    for source in (comments, entities, wrapping, statuses, doctypes, attributes, shapes, namespaces, characters, encodings, counts, times, sizes):
        yield from source()
