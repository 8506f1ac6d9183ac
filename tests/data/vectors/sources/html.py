"""Pages: decoys that only a browser's parser tells from the form, and pages made to hurt."""

from .base import DEV, IDP, OPS, RESPONSE, b64, edit, fails, roles

GOOD = b64(RESPONSE)
EVIL = b64(RESPONSE.replace("role/Dev", "role/Admin"))
# Base64 with a plus and an equals sign in it, for references.
SIGNS = b64(edit("<ds:SignatureValue>AAAA", "<ds:SignatureValue>" + "~>" * 8 + "AA"))
INPUT = f'<input name="SAMLResponse" type="hidden" value="{GOOD}"/>'
DECOY = f'<input name="SAMLResponse" type="hidden" value="{EVIL}"/>'
FORM = f'<form id="appForm" action="https&#x3a;&#x2f;&#x2f;signin.aws.amazon.com&#x2f;saml" method="POST">{INPUT}<input name="RelayState" type="hidden" value=""/></form>'
TITLE = "<title>Acme - Signing in</title>"
PAGE = f'<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/>{TITLE}</head><body>{FORM}</body></html>'
TWO = "Two different values for one field: some clients take the first, some the last."


def page(body):
    return edit(FORM, body, PAGE)


def decoys():
    assert "+" in SIGNS and SIGNS.endswith("=")
    yield roles("html/plain", "A page, as Okta sends it.", PAGE)
    why = "An input in a %s is text to a browser, and no field."
    for name in ["script", "style", "textarea", "title", "noscript", "iframe", "noembed", "noframes", "xmp"]:
        yield roles(f"html/decoy-in-{name}", why % name, page(f"<{name}>{DECOY}</{name}>{FORM}"))
        yield fails(f"html/only-in-{name}", "protocol", why % name, page(f"<{name}>{DECOY}</{name}>"))
    yield roles("html/decoy-in-comment", "A comment holds no fields.", page(f"<!-- {DECOY} -->{FORM}"))
    yield fails("html/only-in-comment", "protocol", "A comment holds no fields.", page(f"<!-- {DECOY} -->"))
    yield roles("html/decoy-in-template", "A template's content is no part of the page.", page(f"<template>{DECOY}</template>{FORM}"))
    yield fails("html/only-in-template", "protocol", "A template's content is no part of the page.", page(f"<template>{DECOY}</template>"))
    yield roles("html/decoy-in-svg", "An input in SVG is an element of SVG.", page(f"<svg>{DECOY}</svg>{FORM}"))
    yield fails("html/only-in-svg", "protocol", "An input in SVG is an element of SVG.", page(f"<svg>{DECOY}</svg>"))
    yield roles("html/decoy-in-math", "An input in MathML is an element of MathML.", page(f"<math><mi/><annotation>{DECOY}</annotation></math>{FORM}"))
    yield fails("html/only-behind-plaintext", "protocol", "Behind plaintext all is text, to the end.", page(f"<plaintext>{FORM}"))
    yield roles("html/decoy-behind-plaintext", "Behind plaintext all is text, to the end.", page(f"{FORM}<plaintext>{DECOY}"))
    yield fails("html/in-svg-desc", "protocol", "In SVG's desc HTML goes on: this is a second field. " + TWO, page(f"<svg><desc>{DECOY}</desc></svg>{FORM}"))
    yield fails("html/in-math-mtext", "protocol", "In MathML's mtext HTML goes on: this is a second field. " + TWO, page(f"<math><mtext>{DECOY}</mtext></math>{FORM}"))
    yield fails("html/in-select", "protocol", "An input ends a select, and is a field. " + TWO, page(f"<select>{DECOY}</select>{FORM}"))
    yield roles("html/script-escaped-twice", "In <!--<script> the first </script> ends nothing.", page(f"<script><!--<script></script>{DECOY}--></script>{FORM}"))
    yield fails("html/comment-ended-at-once", "protocol", "<!--> is a whole comment. " + TWO, page(f"<!-->{DECOY}-->{FORM}"))
    yield fails("html/comment-ended-after-hyphen", "protocol", "<!---> is a whole comment. " + TWO, page(f"<!--->{DECOY}-->{FORM}"))
    yield fails("html/comment-ended-by-bang", "protocol", "--!> ends a comment. " + TWO, page(f"<!-- x --!>{DECOY}-->{FORM}"))
    yield fails("html/comment-nested", "protocol", "Comments do not nest. " + TWO, page(f"<!-- <!-- x -->{DECOY}-->{FORM}"))
    yield fails("html/bogus-comment", "protocol", "<? begins a comment that ends at the first >. " + TWO, page(f"<?php echo '>{DECOY}' ?>{FORM}"))
    yield fails("html/cdata-in-html", "protocol", "CDATA is a bogus comment in HTML, ended by the first >. " + TWO, page(f"<![CDATA[ > {DECOY} ]]>{FORM}"))
    yield roles("html/cdata-in-svg", "CDATA is text in SVG.", page(f"<svg><![CDATA[{DECOY}]]></svg>{FORM}"))
    yield fails("html/end-tag-in-attribute", "protocol", "A > in quotes ends no tag. " + TWO, page(f"<p title='</p>{DECOY.replace(chr(34), '')}'>{DECOY}{FORM}"))
    yield roles("html/decoy-in-attribute", "What stands in quotes is a value.", page(f"<p title='{DECOY}'>{FORM}"))
    for name in ["script", "textarea", "title", "style"]:
        yield fails(f"html/unclosed-{name}", "protocol", f"A {name} that does not end swallows the form.", page(f"<{name}>{FORM}"))
    yield fails("html/unclosed-comment", "protocol", "A comment that does not end swallows the form.", page(f"<!-- {FORM}"))


def fields():
    yield fails("html/two-values", "protocol", TWO, page(FORM + DECOY))
    yield fails("html/two-values-evil-first", "protocol", TWO, page(DECOY + FORM))
    yield fails("html/two-forms", "protocol", TWO, page(FORM + FORM.replace(GOOD, EVIL)))
    yield roles("html/two-equal-values", "The same value twice is one.", page(FORM + FORM))
    yield roles("html/decoy-disabled", "A disabled input is not sent.", page(FORM + DECOY.replace("<input", "<input disabled")))
    yield roles("html/decoy-button", "A button is not sent by a script.", page(FORM + DECOY.replace('"hidden"', '"submit"')))
    yield roles("html/duplicate-value", "Of two attributes of a name a browser keeps the first.", page(edit('value="', f'value="{GOOD}" value="', FORM.replace(GOOD, EVIL))))
    yield fails("html/duplicate-name", "protocol", "Of two attributes of a name a browser keeps the first.", page(FORM.replace('name="SAMLResponse"', 'name="x" name="SAMLResponse"')))
    yield roles("html/duplicate-name-behind", "Of two attributes of a name a browser keeps the first.", page(FORM.replace('name="SAMLResponse"', 'name="SAMLResponse" name="x"')))
    for name in ["samlresponse", "SAMLRESPONSE", "SAMLResponse ", "SAMLResponse\u200b", "SAMLRequest", "SAMLResponse[]", "SAML\u0000Response"]:
        label = {"SAMLResponse ": "blank-behind", "SAMLResponse\u200b": "zero-width", "SAMLResponse[]": "brackets", "SAML\u0000Response": "nul", "SAMLRESPONSE": "upper-case", "samlresponse": "lower-case"}.get(name, name.lower())
        yield fails(f"html/name-{label}", "protocol", "A field's name has a case, and no look-alikes.", page(FORM.replace("SAMLResponse", name)))
    yield roles("html/upper-case-tags", "HTML's tags and attributes have no case.", page(FORM.replace("<input", "<INPUT").replace("name=", "NAME=").replace("value=", "Value=")))
    yield roles("html/single-quotes", "Either quote serves.", page(FORM.replace('"', "'")))
    bare = b64(RESPONSE + " " * (-len(RESPONSE) % 3))
    yield roles("html/unquoted", "No quote serves too.", page(f"<form><input type=hidden name=SAMLResponse value={bare}></form>"))
    yield fails("html/unquoted-slash", "wrong_document", "A slash before > belongs to an unquoted value.", page(f"<form><input type=hidden name=SAMLResponse value={bare}/></form>"))
    yield roles("html/slashes-between-attributes", "A slash between attributes is a blank.", page(FORM.replace('<input name', '<input/name').replace('" type', '"/type')))
    yield roles("html/no-blank-between-attributes", "HTML's attributes need no blank after a quote.", page(FORM.replace('" type="hidden" ', '"type="hidden"')))
    yield roles("html/form-in-table", "In a table the input is moved, and is a field all the same.", page(f"<table><form action='/x'><tr><td>{INPUT}</td></tr></form></table>"))
    yield roles("html/input-in-table", "In a table the input is moved, and is a field all the same.", page(f"<table><tr>{INPUT}</tr></table>"))
    yield roles("html/input-outside-of-form", "An input may name its form.", page(f"<form id=f action='/x'></form>{INPUT.replace('<input', '<input form=f')}"))
    yield roles("html/nested-form", "A form in a form is no form.", page(f"<form action='/a'><form action='/b'>{INPUT}</form></form>"))
    yield roles("html/unclosed-tags", "Nothing needs an end tag.", f"<title>x</title><form action=/x>{INPUT}")
    yield roles("html/input-alone", "The input alone is a page.", INPUT)
    yield roles("html/line-breaks-in-value", "Base64 in lines.", page(FORM.replace(GOOD, "\n".join(GOOD[i:i + 76] for i in range(0, len(GOOD), 76)))))
    yield fails("html/empty-value", "protocol", "The field is empty.", page(FORM.replace(GOOD, "")))
    yield fails("html/blank-value", "protocol", "The field is blank.", page(FORM.replace(GOOD, " \n")))
    yield fails("html/no-value", "protocol", "The field has no value.", page(FORM.replace(f' value="{GOOD}"', "")))
    yield fails("html/no-field", "protocol", "A page without the field.", page("<p>SAMLResponse</p>"))
    yield fails("html/value-not-base64", "wrong_document", "The value is not base64.", page(FORM.replace(GOOD, "*" + GOOD[1:])))
    yield fails("html/value-with-nul", "wrong_document", "A NUL in a value becomes U+FFFD, which base64 does not have.", page(FORM.replace(GOOD, GOOD[:8] + "\0" + GOOD[8:])))
    yield roles("html/nul-elsewhere", "A NUL in the page's text is dropped.", page(f"<p>\0</p>{FORM}"))


def references():
    why = "A browser undoes references in attributes."
    for case, plus in [("hexadecimal", "&#x2b;"), ("hexadecimal-upper-case", "&#X2B;"), ("decimal", "&#43;"), ("named", "&plus;"), ("leading-zeros", "&#00043;")]:
        yield roles(f"html/reference-{case}", why, page(FORM.replace(GOOD, SIGNS.replace("+", plus))))
    yield roles("html/reference-without-semicolon", "A numeric reference may lack its semicolon.", page(FORM.replace(GOOD, SIGNS.rstrip("=") + "&#x3d" * SIGNS.count("="))))
    yield roles("html/reference-every-character", why, page(FORM.replace(GOOD, "".join(f"&#x{ord(c):x};" for c in SIGNS))))
    yield fails("html/reference-unknown", "protocol", "A name that HTML does not know stays as it is, and base64 has no &.", page(FORM.replace(GOOD, SIGNS.replace("+", "&plu;"))))
    yield fails("html/reference-twice", "protocol", "References are undone once: a browser would post &#x2b; to AWS.", page(FORM.replace(GOOD, SIGNS.replace("+", "&amp;#x2b;"))))
    yield fails("html/reference-nul", "wrong_document", "A reference to NUL is U+FFFD.", page(FORM.replace(GOOD, "&#0;" + GOOD)))
    yield fails("html/reference-huge", "wrong_document", "A reference beyond Unicode is U+FFFD.", page(FORM.replace(GOOD, "&#x99999999999;" + GOOD)))


def charsets():
    yield roles("html/byte-order-mark", "A mark of UTF-8 is dropped.", "\ufeff" + PAGE)
    yield roles("html/meta-lies", "What a page says of itself changes nothing: it is UTF-8.", edit("charset=UTF-8", "charset=utf-16", PAGE))
    yield roles("html/meta-charset-alone", "html5ever 0.39 panicked on content=charset.", edit("text/html; charset=UTF-8", "charset", PAGE))
    yield roles("html/meta-utf-7", "UTF-7 is nothing but ASCII here.", edit("charset=UTF-8", "charset=UTF-7", PAGE).replace(FORM, f"+ADw-input name=SAMLResponse value={EVIL}+AD4-{FORM}"))
    yield fails("html/utf-16", "wrong_document", "UTF-16 is neither JSON nor text.", PAGE.encode("utf-16"))
    yield fails("html/latin-1", "protocol", "Not UTF-8.", edit("Acme", "Acm\u00e9", PAGE).encode("latin-1"))
    yield fails("html/utf-8-overlong", "protocol", "Not UTF-8.", PAGE.encode().replace(b"Acme", b"\xc0\xbcAcme"))


def cuts():
    for case, at in [("in-value", PAGE.index(GOOD) + 100), ("behind-value", PAGE.index(GOOD) + len(GOOD) + 1), ("in-name", PAGE.index("SAMLResponse") + 5), ("in-title", PAGE.index("Acme") + 2), ("in-tag", PAGE.index("<form") + 3), ("in-doctype", 5), ("first-character", 1)]:
        yield fails(f"html/cut-{case}", "protocol", "A page that was cut has no field that ended.", PAGE[:at])
    yield roles("html/cut-behind-field", "Cut behind the field, the field is whole.", PAGE[:PAGE.index(INPUT) + len(INPUT)])


def sizes():
    head, tail = PAGE.split(FORM)
    tail = FORM + tail
    room = (1 << 20) - len(head) - len(tail)
    yield roles("html/size-1-mib", "The longest page.", [[1, head], [room, " "], [1, tail]])
    yield fails("html/size-1-mib-and-1", "protocol", "One byte more.", [[1, head], [room + 1, " "], [1, tail]])
    why = "A tree builder's time grows with the square of this (html5ever issue 788)."
    for case, piece, count in [("lists", "<ul><li>", 64000), ("divs", "<div>", 64000), ("bold", "<b>", 300000), ("a-and-i", "<a><i></a>", 50000), ("fonts", "<font><p>", 50000), ("tables", "<table><tr><td>", 30000), ("svgs", "<svg><title>", 40000),
                               ("formatting", "<b><i><u><p>", 30000), ("buttons", "<button>", 60000), ("selects", "<select><option>", 40000), ("templates", "<template>", 60000), ("math", "<math><mtext>", 50000), ("tags", "<br>", 200000), ("end-tags", "</p>", 200000), ("forms", "<form></form>", 60000)]:
        yield fails(f"html/many-{case}", "protocol", why, [[1, head], [count, piece], [1, tail]])
    yield fails("html/many-attributes", "protocol", "A tokenizer holds each attribute against all before it.", [[1, head + "<p"], [100000, " a=1 b"], [1, ">" + tail]])
    yield fails("html/long-comment-of-parts", "protocol", "A tag that does not end is stopped.", [[1, head + "<p "], [200000, "a/"], [1, tail]])
    yield roles("html/long-text", "A long text is no trouble.", [[1, head], [900000, "x"], [1, tail]])
    yield roles("html/many-references", "Nor are many references.", [[1, head], [150000, "&amp;"], [1, tail]])
    yield roles("html/many-less-than", "Nor are many < that begin no tag.", [[1, head], [200000, "< "], [1, tail]])
    yield fails("html/too-many-less-than", "protocol", "But each of them costs, and a page of nothing else would take a second.", [[1, head], [300000, "< "], [1, tail]])
    yield fails("html/too-many-nul", "protocol", "So does a NUL, which no page has.", [[1, head], [300000, "\0"], [1, tail]])
    yield roles("html/depth-200", "Two hundred levels are less than a browser takes.", page("<div>" * 200 + FORM))
    yield fails("html/depth-300", "protocol", "Three hundred levels.", page("<div>" * 300 + FORM))


SESSION = '{"id": "CANARY-sid", "_oktapipe": {"v": 1, "org": "$SERVER", "app": "0oa1"}}'


def fetch(name, why, body, expect="document", serves="200 text/html;charset=utf-8", **more):
    return {"name": name, "why": why, "stage": "saml-fetch", "stdin": SESSION, "serves": serves, "body": body, "expect": expect, "requests": 1, **more}


def fetched():
    yield fetch("html/fetch-plain", "The fields under their names in HTML.", PAGE, member=[["SAMLResponse", GOOD], ["RelayState", ""], ["action", "https://signin.aws.amazon.com/saml"], ["_oktapipe.app", "0oa1"]])
    why = "Where the form would go is told, and not followed: the page decides it."
    for case, action in [("foreign", "https://evil.example/saml"), ("look-alike", "https://signin.aws.amazon.com.evil.example/saml"), ("userinfo", "https://signin.aws.amazon.com@evil.example/saml"), ("http", "http://127.0.0.1:1/saml"),
                         ("china", "https://signin.amazonaws.cn/saml"), ("govcloud", "https://signin.amazonaws-us-gov.com/saml"), ("script", "javascript:alert(1)"), ("data", "data:text/html,x")]:
        yield fetch(f"html/action-{case}", why, page(FORM.replace("https&#x3a;&#x2f;&#x2f;signin.aws.amazon.com&#x2f;saml", action)), member=[["action", action]])
    for case, value, text in [("ampersand", "a&b", "a&b"), ("ampersand-encoded", "a&amp;b", "a&b"), ("twice-encoded", "a&amp;amp;b", "a&amp;b"), ("legacy-name", "a&copy=b", "a&copy=b"), ("legacy-name-alone", "a&copy b", "a\u00a9 b"), ("quotes", "&quot;&#39;&lt;&gt;", "\"'<>"),
                              ("windows-1252", "&#128;", "\u20ac"), ("surrogate", "&#xd800;", "\ufffd"), ("control", "&#1;", "\u0001"), ("long-name", "&CounterClockwiseContourIntegral;", "\u2233"), ("two-characters", "&NotEqualTilde;", "\u2242\u0338"), ("carriage-return", "a\r\nb\rc", "a\nb\nc"), ("bidi", "\u202ea", "\u202ea"), ("escape", "&#27;]0;x&#7;", "\u001b]0;x\u0007")]:
        yield fetch(f"html/relay-state-{case}", "A field's value, as a browser reads it, and ASCII on the way.", page(FORM.replace('value=""', f'value="{value}"')), member=[["RelayState", text]])
    words = "The page that comes instead of the form says what it is; its words reach a terminal without what it would obey."
    hostile = "Acme\u009b31m \u202e&#27;]52;c;x&#7; - "
    sign_in = "<!DOCTYPE html><html><head><title>%s</title></head><body><div id='signin-container'></div></body></html>"
    yield fetch("html/sign-in-page", words, sign_in % "Acme - Sign In", "session_expired")
    yield fetch("html/sign-in-page-for-a-terminal", words, sign_in % (hostile + "Sign In"), "session_expired")
    plain = "<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
    yield fetch("html/not-assigned", words, plain % ("Acme - Error", "App not assigned to this user"), "app_not_assigned")
    yield fetch("html/access-locked", words, plain % ("Acme - Error", "App Access Locked"), "policy_denied")
    yield fetch("html/error-page-for-a-terminal", words, plain % (hostile + "Error", hostile), "protocol", serves="403 text/html")
    yield fetch("html/maintenance", words, plain % ("Maintenance", "Back soon"), "service_error", serves="503 text/html")
    yield fetch("html/captcha", words, plain % ("Human verification", "Are you human?"), "protocol", serves="403 text/html")
    yield fetch("html/meta-refresh", "A page's refresh is not followed.", "<meta http-equiv=refresh content='0;url=http://127.0.0.1:1/'><title>x</title>", "protocol")
    yield fetch("html/script-redirect", "A script is not run.", "<script>location='http://127.0.0.1:1/'</script>", "protocol")
    yield fetch("html/frames", "A frame is not followed.", "<frameset><frame src='http://127.0.0.1:1/'></frameset>", "protocol")
    yield fetch("html/password-app", "An app that is set to fill in a password.", "<title>x</title><form id=appForm action='https://evil.example/\u009b31m'><input name=user><input name=pass></form>", "config")
    yield fetch("html/json-for-a-page", "JSON where a page is due.", '{"SAMLResponse": "PHg+"}', "protocol", serves="200 application/json")
    yield fetch("html/nothing-for-a-page", "An empty answer where a page is due.", "", "protocol")
    yield fetch("html/two-values-fetched", TWO, page(FORM + DECOY), "protocol")
    yield fetch("html/redirect-without-target", "A redirect that says not where to.", "", "protocol", serves="302 text/html")


def vectors():
    for source in (decoys, fields, references, charsets, cuts, sizes, fetched):
        yield from source()
