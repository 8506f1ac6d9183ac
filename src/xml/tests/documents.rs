//! Documents at the limit, and what is in the tree.

use crate::xml::{Element, Fault, Node, read};

const LIMIT: usize = 100;

fn refusal(xml: &[u8]) -> String {
    match read(xml, LIMIT) {
        Err(Fault::Refused { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

fn root(xml: &str) -> Element {
    read(xml.as_bytes(), LIMIT).unwrap_or_else(|fault| panic!("{fault:?} in {xml}"))
}

#[test]
fn a_document_may_be_as_long_as_the_limit_and_its_byte_order_mark_does_not_count() {
    let xml = format!("<a>{}</a>", "x".repeat(LIMIT - 7));
    assert_eq!(xml.len(), LIMIT);
    assert!(read(xml.as_bytes(), LIMIT).is_ok());
    let marked = [b"\xef\xbb\xbf", xml.as_bytes()].concat();
    assert!(read(&marked, LIMIT).is_ok());
    assert_eq!(refusal(&[&marked, &b"\n"[..]].concat()), "it has more than 100 bytes");
}

#[test]
fn other_encodings_are_told_by_their_mark_or_by_a_nul() {
    for bytes in [
        &b"\xfe\xff\x30\x42"[..],
        b"\xff\xfe\x42\x30",
        b"\x00<\x00a",
        b"<\x00a\x00",
        b"\x00\x00\x00<",
        b"<\x00\x00\x00",
    ] {
        assert!(refusal(bytes).contains("UTF-16"), "{bytes:?}");
    }
    assert!(refusal(b"<aaa>\x00</aaa>").contains("control character"));
}

#[test]
fn text_that_is_written_in_parts_is_one_text_and_a_comment_parts_it() {
    let texts = |xml: &str| {
        let of = |node: &Node| match node {
            Node::Text(text) => text.clone(),
            Node::Element(element) => format!("<{}>", element.name),
            Node::Break => "-".to_owned(),
        };
        root(xml).children.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(texts("<a>x &amp; y<![CDATA[ & ]]>z&#33;</a>"), ["x & y & z!"]);
    assert_eq!(texts("<a>x<!-- c -->y<?p?><b/>z</a>"), ["x", "-", "y", "-", "<b>", "z"]);
    assert_eq!(root("<a> x &amp; y </a>").value().as_deref(), Ok("x & y"));
}

#[test]
fn names_come_with_their_namespaces_and_attributes_without_a_prefix_only() {
    let root = root("<p:a xmlns:p='urn:p' xmlns='urn:d' p:x='1' x='2'><b/><c xmlns=''/></p:a>");
    assert_eq!((root.namespace.as_str(), root.name.as_str(), root.attribute("x")), ("urn:p", "a", Some("2")));
    assert_eq!((root.attribute("p:x"), root.attribute("xmlns")), (None, None));
    let inner: Vec<_> = root.elements().map(|e| (e.namespace.as_str(), e.name.as_str())).collect();
    assert_eq!(inner, [("urn:d", "b"), ("", "c")]);
}

#[test]
fn what_the_resolver_lets_pass_of_the_names_that_xml_keeps_for_itself_is_refused() {
    assert_eq!(refusal(b"<a><xmlns:b/></a>"), "an element has a name that XML does not allow");
    for reserved in ["http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"] {
        let declared = refusal(format!("<a xmlns='{reserved}'/>").as_bytes());
        assert_eq!(declared, "a namespace is declared that XML keeps for itself");
        assert_eq!(
            refusal(format!("<a xmlns:b='{reserved}'/>").as_bytes()),
            "a namespace declaration is broken"
        );
        root(&format!("<a xmlns='{reserved}x'/>"));
    }
    root("<xml:a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en'/>");
}
