//! Pages made to hurt: each cap at its edge, no panic, and no time to speak of.

use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn message(html: &str) -> Option<String> {
    match read(html.as_bytes()) {
        Ok(_) => None,
        Err(Error::Failed(failure)) => {
            assert_eq!(failure.kind, Kind::Protocol);
            Some(failure.message)
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn each_cap_holds_at_its_edge() {
    let tag =
        |attributes: usize| format!("<p{}>", (0..attributes).map(|i| format!(" a{i}")).collect::<String>());
    let many = |attributes: usize| tag(100).repeat(attributes / 100) + &tag(attributes % 100);
    type Case<'a> = (&'a str, usize, &'a dyn Fn(usize) -> String);
    let cases: [Case<'_>; 8] = [
        ("250000 of <", MARKS, &|n| "&".repeat(n)),
        ("larger", BYTES, &|n| " ".repeat(n)),
        // html and body are around.
        ("deeper", DEPTH - 2, &|n| "<div>".repeat(n)),
        ("10000 tags", TAGS, &|n| "<br>".repeat(n)),
        ("256 attributes", TAG_ATTRIBUTES, &tag),
        ("20000 attributes", ATTRIBUTES, &many),
        // The document, html, head and body are nodes too.
        ("50000 nodes", NODES - 4, &|n| "<!---->".repeat(n)),
        // A tag that never ends, its name among its parts.
        ("8000 parts", 8000 - 1, &|n| format!("<p{}", " a".repeat(n))),
    ];
    for (word, edge, page) in cases {
        assert_eq!(message(&page(edge)), None, "{word} {edge}");
        let message = message(&page(edge + 1)).unwrap_or_default();
        assert!(message.contains(word), "{word} {}: {message}", edge + 1);
    }
}

#[test]
fn where_a_cap_broke_is_told() {
    let told = message(&"<br>".repeat(TAGS + 1)).unwrap_or_default();
    assert!(told.contains("(before byte 40004)"), "{told}");
    let told = message(&"<br>".repeat(2 * TAGS)).unwrap_or_default();
    assert!(told.contains("(before byte 40960)"), "a page is looked at in pieces of 4096 bytes: {told}");
}

#[test]
fn void_and_unclosed_elements_do_not_nest() {
    for page in [
        "<br>".repeat(3000),
        "<input>".repeat(3000),
        "<p>x".repeat(3000),
        format!("<ul>{}", "<li>x".repeat(3000)),
        format!("<table>{}", "<tr><td>x".repeat(1500)),
        format!("<dl>{}", "<dt>a<dd>b".repeat(1500)),
        format!("<select>{}", "<option>a".repeat(3000)),
    ] {
        assert_eq!(message(&page), None, "{}", &page[..40]);
    }
}

#[test]
fn hostile_pages_end_soon() {
    let attributes: String = (0..100_000).map(|i| format!(" a{i}")).collect();
    let bodies: String = (0..100_000)
        .rev()
        .collect::<Vec<_>>()
        .chunks(200)
        .map(|ids| format!("<body{}>", ids.iter().map(|i| format!(" a{i:06}")).collect::<String>()))
        .collect();
    let again = format!(
        "<div>{}</div>{}",
        (0..1200).map(|i| format!("<b id={i}><table></b></table>")).collect::<String>(),
        "<div>x</div>".repeat(2000)
    );
    for (page, name) in [
        ("<ul><li>".repeat(60_000), "lists"),
        ("<div>".repeat(200_000), "nested div"),
        ("<b>".repeat(300_000), "nested b"),
        ("<a><i></a>".repeat(50_000), "a and i"),
        (format!("<p{attributes}>"), "attributes"),
        (format!("</p{attributes}>"), "attributes of an end tag"),
        (format!("<svg><title><p{attributes}>"), "attributes in SVG's title"),
        (format!("<svg><title>{}", "<div>".repeat(100_000)), "div in SVG's title"),
        (format!("<svg><style>{}", "<g>".repeat(100_000)), "g in SVG's style"),
        (bodies, "attributes of many bodies"),
        (again, "formatting opened again"),
        ("<table><b>".repeat(50_000), "foster parents"),
        ("<table><tr><td>".repeat(50_000), "tables"),
        ("<template>".repeat(50_000), "templates"),
        ("<math><mi>".repeat(50_000), "math"),
        ("<form>".repeat(100_000), "forms"),
        ("<select><input>".repeat(50_000), "selects"),
        ("<!--".repeat(40_000), "comments"),
        ("<!-- - ".repeat(100_000), "one long comment"),
        ("<![CDATA[".repeat(20_000), "cdata"),
        ("&".repeat(50_000), "ampersands"),
        ("&#x2b".repeat(40_000), "references"),
        ("</script>".repeat(100_000), "script ends"),
        ("<script>".repeat(25_000), "scripts"),
        ("<".repeat(50_000), "less than"),
        ("\0".repeat(50_000), "nul"),
        (format!("<script>{}", "stateToken='".repeat(80_000)), "state tokens"),
        (format!("<script>{}", "\\x".repeat(500_000)), "escapes"),
    ] {
        let begin = Instant::now();
        let _ = read(page.as_bytes());
        // Unoptimised, on a busy machine; a quadratic one takes minutes.
        assert!(begin.elapsed() < Duration::from_secs(5), "{name}: {:?}", begin.elapsed());
    }
}

#[test]
fn no_prefix_is_a_panic_or_another_value() {
    let page = "<!DOCTYPE html><html><head><meta charset=utf-8><title>A - B</title><script>var a='<\\x2Da';</script></head>\
        <body><!-- c --><form id=\"appForm\" action=\"https&#x3a;&#x2f;x\" method=POST>\
        <input name=\"SAMLResponse\" type='hidden' value=\"PD94&#x2b;&plus;&#61;\"/><input name=RelayState value=\u{e9}></form>";
    for end in 0..=page.len() {
        if let Ok(Page::Form(form)) = read(&page.as_bytes()[..end]) {
            assert_eq!(form.field("SAMLResponse"), Some("PD94++="), "{end}");
        }
    }
}

/// Each character as it is, or as one of its references.
fn written(value: &str, choices: &[u8]) -> String {
    value.chars().zip(choices.iter().cycle()).fold(String::new(), |mut out, (c, choice)| {
        match (choice % 4, c) {
            (1, c) => out += &format!("&#x{:x};", u32::from(c)),
            (2, c) => out += &format!("&#{:04};", u32::from(c)),
            (3, '+') => out += "&plus;",
            (3, '=') => out += "&equals;",
            (_, '&') => out += "&amp;",
            (_, '"') => out += "&quot;",
            (_, c) => out.push(c),
        }
        out
    })
}

proptest! {
    #[test]
    fn a_value_is_read_from_the_page_around_it(
        value in "[A-Za-z0-9+/=\"'<> ]{1,80}", relay in "\\PC{0,20}", choices in prop::collection::vec(any::<u8>(), 1..20),
        before in "[a-z <>/!-]{0,20}",
    ) {
        prop_assume!(!value.trim().is_empty());
        let html = format!(
            "<!-- {} --><form action=x><input value=\"{}\" name=SAMLResponse><input type=hidden name=\"{}\" value=\"{}\"></form>",
            before.replace("--", ""), written(&value, &choices), written("RelayState", &choices), written(&relay, &choices)
        );
        let Page::Form(form) = read(html.as_bytes()).unwrap() else { panic!("{html}") };
        prop_assert_eq!(form.fields, [("SAMLResponse".to_owned(), value), ("RelayState".to_owned(), relay)]);
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[<>/a-z\"'= !\\-&#;]{0,200}") {
        let _ = (read(&bytes), read(text.as_bytes()));
    }

    #[test]
    fn a_cut_page_shows_the_value_of_the_whole_or_none(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<form>", "</form>", "<input name=SAMLResponse value='PD94'>", "<input name=SAMLResponse value=\"QQ==\">", "<table>", "<tr>", "<select>",
            "<svg>", "</svg>", "<template>", "</template>", "<!--", "-->", "<script>", "</script>", "<textarea>", "</textarea>", "<frameset>", "<b>", "</b>",
            "<p>", "<title>", "</title>", "<noscript>", "</noscript>", "<body>", "<plaintext>", "x", "<math><mi>", "disabled>", "<input ",
        ]), 1..14),
        at in any::<prop::sample::Index>(),
    ) {
        let page = pieces.concat();
        let value = |html: &[u8]| match read(html) {
            Ok(Page::Form(form)) => form.field("SAMLResponse").map(str::to_owned),
            _ => None,
        };
        if let (Some(whole), Some(cut)) = (value(page.as_bytes()), value(&page.as_bytes()[..at.index(page.len())])) {
            prop_assert_eq!(whole, cut, "{}", page);
        }
    }
}
