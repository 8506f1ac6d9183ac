"""Pages. Law: action and fields are those that html5lib's tree gives; where it gives none, or two for one name, there is no form."""

import json
import re

from tally import Tally  # noqa: F401

TOOLS = ["python:html5lib"]
SPOILS = True
VALUES = ["PHg+", "PHg&#x2b;", "PHg&plus;", "PHg&#43", "a&amp;b", "a&copy=b", "&notit;", "&#128;", "", " ", "x y", "é", "\n", "PHg+\n", "&lt;&quot;"]
NAMES = ["SAMLResponse", "SAMLResponse", "SAMLResponse", "RelayState", "x", "", "samlresponse"]
KINDS = ["hidden", "HIDDEN", "text", "submit", "checkbox", ""]
# No template: html5lib does not know it. No select: the standard has changed since. No frameset, which drops the body.
AROUND = ["div", "p", "form", "table", "tr", "td", "svg", "math", "desc", "mtext", "foreignObject", "title", "textarea", "script", "style", "noscript", "iframe", "xmp", "noembed", "b", "i", "a", "ul", "li", "button", "h1", "center", "font", "pre", "body", "html", "head"]
PIECES = ["text", "<!-- ", " -->", "<!-->", "--!>", "<![CDATA[", "]]>", "<?x ", "</ ", "<!doctype html>", "&amp;", "\0", "<br>", "<hr/>", "</p>", "</br>", "<", ">", "'", '"', "=", "/", "<meta charset=x>", "<base href='//evil.example/'>"]


def quoted(chance, value):
    way = chance.randrange(4)
    if way == 0 and value and not any(c in value for c in " \n\t'\"=<>`"):
        return value + " "
    return f"'{value}'" if way == 1 else '"' + value + '"'


def field(chance):
    parts = [f"name={quoted(chance, chance.choice(NAMES))}", f"value={quoted(chance, chance.choice(VALUES))}"]
    if chance.random() < 0.8:
        parts.append(f"type={quoted(chance, chance.choice(KINDS[:2] if chance.random() < 0.7 else KINDS))}")
    if chance.random() < 0.08:
        parts.append(chance.choice(["disabled", "form=f", "form=g", "name=y", "value=z"]))
    chance.shuffle(parts)
    return f"<{chance.choice(['input', 'input', 'INPUT'])} {' '.join(parts)}{chance.choice(['>', '/>', ' />'])}"


def soup(chance, depth):
    out = []
    for _ in range(chance.randint(1, 3)):
        way = chance.randrange(10)
        if way < 4:
            out.append(field(chance))
        elif way < 7 and depth:
            name = chance.choice(AROUND)
            attributes = {"form": f" action={quoted(chance, chance.choice(['/saml', 'https://signin.aws.amazon.com/saml', '', ' x ']))}{chance.choice(['', ' id=f', ' id=g'])}"}.get(name, "")
            out.append(f"<{name}{attributes}>{soup(chance, depth - 1)}{f'</{name}>' if chance.random() < 0.85 else ''}")
        else:
            out.append(chance.choice(PIECES) if chance.random() < 0.6 else "text")
    return "".join(out)


def page(chance):
    made = draw(chance)
    # A </p> or </br> ends SVG and MathML since 2020; html5lib is of 2013.
    return re.sub(r"</(p|br)>", "", made) if "<svg" in made or "<math" in made else made


def draw(chance):
    if chance.random() < 0.4:
        fields = [field(chance) for _ in range(chance.randint(0, 2))] + [f'<input type="hidden" name="SAMLResponse" value="{chance.choice(VALUES[:4])}"/>']
        chance.shuffle(fields)
        return f"<!DOCTYPE html><html><head><title>x</title></head><body>{soup(chance, 1) if chance.random() < 0.5 else ''}<form action='/saml'>{''.join(fields)}</form>{soup(chance, 1) if chance.random() < 0.3 else ''}</body></html>"
    return chance.choice(["", "<!DOCTYPE html>"]) + soup(chance, 3)


HTML = "http://www.w3.org/1999/xhtml"


def expected(html):
    """The form that a browser would post, by html5lib's tree; None where there is none, and an error where it is anybody's guess."""
    import html5lib
    # As a DOM: html5lib's ElementTree loses what was moved out of a table when a formatting element around it is closed.
    root = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("dom"), namespaceHTMLElements=True).parse(html, scripting=True)

    def is_html(element, name):
        return element.nodeType == element.ELEMENT_NODE and element.namespaceURI == HTML and element.localName == name

    def get(element, name, default=None):
        return element.getAttribute(name) if element.hasAttribute(name) else default

    def sent(element):
        kind, name = get(element, "type", "text").lower(), get(element, "name")
        button = kind in ("submit", "button", "image", "reset", "file", "checkbox", "radio")
        return get(element, "disabled") is None and (kind == "hidden" or name in ("SAMLResponse", "RelayState") and not button)

    forms = [element for element in root.getElementsByTagName("form") if is_html(element, "form")]

    def owner(element):
        if get(element, "form") is not None:
            return next((form for form in forms if get(form, "id") == get(element, "form")), None)
        while element is not None and not is_html(element, "form"):
            element = element.parentNode
        return element

    inputs = [element for element in root.getElementsByTagName("input") if is_html(element, "input") and sent(element)]
    found = [element for element in inputs if get(element, "name") == "SAMLResponse"]
    if not found:
        return None
    values = {get(element, "value", "") for element in found}
    if len(values) > 1 or not values.pop().strip():
        raise ValueError("two values, or none")
    form, fields = owner(found[0]), []
    for element in inputs:
        name = get(element, "name")
        if name and owner(element) is form:
            one = [name, get(element, "value", "")]
            if one not in fields:
                fields.append(one)
    if len({name for name, _ in fields}) < len(fields):
        raise ValueError("two values")
    action = get(form, "action", "") if form is not None else ""
    return {"action": action.strip(), "fields": fields}


def compare(driver, chance, count, told):
    inputs = [page(chance) for _ in range(count)]
    for html, (ok, output) in zip(inputs, driver.ask(["page"], [html.encode() for html in inputs])):
        try:
            wanted = expected(html)
        except ValueError:
            told.differ(f"{output} of {html!r}, which has two values or none") if ok else told.refuse()
            continue
        if not ok:
            reason = "references that would be posted as they are" if "encoded twice" in output else None
            told.strict(reason) if reason else told.differ(f"refused ({output}), and html5lib reads {wanted}: {html!r}")
        elif json.loads(output) != wanted:
            told.differ(f"{output} where html5lib reads {json.dumps(wanted)}: {html!r}")
        else:
            told.agree()
