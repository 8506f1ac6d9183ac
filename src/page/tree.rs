//! From bytes to a tree, as a browser builds it, within caps.
//!
//! html5ever has none of its own, and its tree builder is quadratic in the nesting: half a megabyte of `<ul><li>` keeps
//! it busy for a minute, and a few hundred kilobytes of unclosed `<b>` fill the memory. The first idea was a tokenizer
//! pass of our own in front of scraper, but where tags begin depends on the tree (`<svg><title>` holds elements,
//! `<title>` holds text), so a page could show the two passes different tags. Here every token is counted on its way
//! into the one tree builder, and the tree is measured as it grows.

use crate::error::{Error, Kind};
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use scraper::{Html, HtmlTreeSink};
use std::cell::{Cell, RefCell};

/// The longest page, in bytes.
pub const BYTES: usize = 1024 * 1024;
/// The deepest nesting of elements, `html` and `body` among them. Chromium and WebKit stop at 512.
pub const DEPTH: usize = 256;
/// Tags of a page, start and end tags together. Okta's pages have less than 2,000.
pub const TAGS: usize = 10_000;
/// Attributes of one tag.
pub const TAG_ATTRIBUTES: usize = 256;
/// Attributes of a page: those of a second `<body>` are added to the first one's, at a cost that grows with each.
pub const ATTRIBUTES: usize = 20_000;
/// Nodes of the tree. The builder opens unclosed `<b>`, `<i>` and the like again in each block, so that few tags may
/// become many elements.
pub const NODES: usize = 50_000;
/// Characters that the tokenizer stops at, `<`, `&` and NUL, scripts among it. Each costs it a third of a
/// microsecond, wherever it stands, and four times that unless it is optimised; a page of nothing else would take half a second.
pub const MARKS: usize = 250_000;
/// Places where an attribute may begin, in a piece of the page that has yielded no token yet. The tokenizer holds each
/// attribute against all before it in its tag and reports only the whole tag; this stops it before that takes long.
const PLACES: usize = 8_000;
/// The page is fed in pieces of this size, and [`PLACES`] looked at between them.
const PIECE: usize = 4096;

type Handle = <HtmlTreeSink as TreeSink>::Handle;

/// The tree of a page, or which cap it broke.
pub(super) fn build(text: &str) -> Result<Html, Error> {
    if text.bytes().filter(|b| matches!(b, b'<' | b'&' | 0)).count() > MARKS {
        return Err(refused(format!("the page has more than {MARKS} of <, & and NUL")));
    }
    let sink = HtmlTreeSink::new(Html::new_document());
    let tokenizer = Tokenizer::new(
        Capped {
            builder: TreeBuilder::new(sink, TreeBuilderOpts::default()),
            breach: RefCell::new(None),
            tags: Cell::new(0),
            attributes: Cell::new(0),
            progress: Cell::new(false),
        },
        TokenizerOpts::default(),
    );
    let queue = BufferQueue::default();
    let (mut rest, mut offset, mut places) = (text, 0, 0);
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(rest.floor_char_boundary(PIECE));
        rest = tail;
        offset += piece.len();
        queue.push_back(StrTendril::from(piece));
        // Each feed ends at the end of the piece, or at a `</script>` or `<meta charset>` to go on after.
        while !queue.is_empty() {
            let _ = tokenizer.feed(&queue);
        }
        places += piece
            .split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '='))
            .filter(|p| !p.is_empty())
            .count();
        if tokenizer.sink.progress.take() {
            places = 0;
        }
        if places > PLACES {
            tokenizer.sink.break_cap(format!("holds a tag or comment of more than {PLACES} parts"));
        }
        if let Some(breach) = tokenizer.sink.breach.take() {
            return Err(refused(format!("the page {breach} (before byte {offset})")));
        }
    }
    tokenizer.end();
    if let Some(breach) = tokenizer.sink.breach.take() {
        return Err(refused(format!("the page {breach}")));
    }
    Ok(tokenizer.sink.builder.sink.finish())
}

pub(super) fn refused(message: String) -> Error {
    let hint = "No page of Okta is like that. Look at it in a browser, and check the app link";
    Error::new(Kind::Protocol, message, hint)
}

/// The tree builder with a count in front. After a breach it takes tokens and does nothing.
struct Capped {
    builder: TreeBuilder<Handle, HtmlTreeSink>,
    breach: RefCell<Option<String>>,
    tags: Cell<usize>,
    attributes: Cell<usize>,
    progress: Cell<bool>,
}

impl Capped {
    fn break_cap(&self, what: String) {
        self.breach.borrow_mut().get_or_insert(what);
    }

    fn count(&self, token: &Token) {
        let Token::TagToken(tag) = token else { return };
        self.tags.set(self.tags.get() + 1);
        self.attributes.set(self.attributes.get() + tag.attrs.len());
        if self.tags.get() > TAGS {
            self.break_cap(format!("has more than {TAGS} tags"));
        }
        if tag.attrs.len() > TAG_ATTRIBUTES {
            self.break_cap(format!("has a tag of more than {TAG_ATTRIBUTES} attributes"));
        }
        if self.attributes.get() > ATTRIBUTES {
            self.break_cap(format!("has more than {ATTRIBUTES} attributes"));
        }
    }

    fn measure(&self, is_start: bool) {
        let html = self.builder.sink.0.borrow();
        let mut nodes = html.tree.nodes();
        if nodes.len() > NODES {
            self.break_cap(format!("makes more than {NODES} nodes"));
        }
        // What was made last stands on top of what is open.
        if is_start
            && let Some(last) = nodes.next_back()
            && last.ancestors().take(DEPTH + 1).count() > DEPTH
        {
            self.break_cap(format!("nests deeper than {DEPTH}"));
        }
    }
}

impl TokenSink for Capped {
    type Handle = Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Handle> {
        // An error is no progress: it may be about each of the attributes of one tag.
        let is_error = matches!(token, Token::ParseError(_));
        if !is_error {
            self.progress.set(true);
            self.count(&token);
        }
        if self.breach.borrow().is_some() {
            return TokenSinkResult::Continue;
        }
        let is_start = matches!(&token, Token::TagToken(tag) if tag.kind == TagKind::StartTag);
        let result = self.builder.process_token(token, line);
        if !is_error {
            self.measure(is_start);
        }
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}
