//! What a page holds, gathered in one walk over its tree.

use html5ever::ns;
use scraper::node::Element;
use scraper::{ElementRef, Html, Node};

/// The pieces that tell pages apart, each in document order.
#[derive(Default)]
pub(super) struct Content<'a> {
    pub(super) title: String,
    pub(super) inputs: Vec<ElementRef<'a>>,
    pub(super) forms: Vec<ElementRef<'a>>,
    /// Ids and classes.
    pub(super) labels: Vec<&'a str>,
    /// Attributes that hold addresses.
    pub(super) links: Vec<&'a str>,
    pub(super) scripts: String,
    /// What a person sees.
    pub(super) text: String,
    /// The text of the first element of class `error-content`, where Okta's error pages say what is wrong.
    pub(super) error: Option<String>,
    /// The first heading.
    pub(super) heading: Option<String>,
}

impl<'a> Content<'a> {
    /// Leaves out what a browser does not take for part of the page: templates, and elements of SVG or MathML that bear
    /// the names of HTML's.
    pub(super) fn of(html: &'a Html) -> Content<'a> {
        let mut content = Content::default();
        let mut pending = vec![html.tree.root()];
        while let Some(node) = pending.pop() {
            match node.value() {
                Node::Text(text) => {
                    content.text.push_str(text);
                    continue;
                }
                // A template's contents.
                Node::Fragment => continue,
                _ => {}
            }
            if let Some(element) = ElementRef::wrap(node) {
                content.take(element);
                if is_unseen(element.value()) {
                    content.text.push(' ');
                    continue;
                }
            }
            let children = pending.len();
            pending.extend(node.children());
            if let Some(children) = pending.get_mut(children..) {
                children.reverse();
            }
        }
        content
    }

    fn take(&mut self, element: ElementRef<'a>) {
        self.labels.extend(element.attr("id"));
        self.labels.extend(element.value().classes());
        self.links.extend(["href", "action", "src", "content"].iter().filter_map(|name| element.attr(name)));
        if self.error.is_none() && element.value().classes().any(|class| class == "error-content") {
            self.error = Some(seen_text(element));
        }
        if element.value().name.ns != ns!(html) {
            return;
        }
        match element.value().name() {
            "title" if self.title.is_empty() => self.title = element.text().collect(),
            "input" => self.inputs.push(element),
            "form" => self.forms.push(element),
            "script" => self.scripts.extend(element.text().chain(["\n"])),
            "h1" | "h2" if self.heading.is_none() => self.heading = Some(seen_text(element)),
            _ => {}
        }
    }
}

/// Whether the element is one of HTML's own of this name.
pub(super) fn is_live(element: &ElementRef<'_>, name: &str) -> bool {
    element.value().name() == name && element.value().name.ns == ns!(html)
}

/// HTML's elements whose text is not shown. All of them hold nothing but text, so that no form is missed by passing them
/// over (SVG's `title` may hold one).
fn is_unseen(element: &Element) -> bool {
    const NAMES: [&str; 9] =
        ["script", "style", "noscript", "title", "textarea", "iframe", "noembed", "noframes", "xmp"];
    element.name.ns == ns!(html) && NAMES.contains(&element.name())
}

fn seen_text(element: ElementRef<'_>) -> String {
    let mut out = String::new();
    let mut pending = vec![*element];
    while let Some(node) = pending.pop() {
        match node.value() {
            Node::Text(text) => {
                out.push_str(text);
                out.push(' ');
            }
            Node::Fragment => {}
            Node::Element(element) if is_unseen(element) => {}
            _ => pending.extend(node.children().rev()),
        }
    }
    out
}
