//! The page on which AWS's sign-in lets people choose a role, which names the accounts.
//!
//! It is for browsers, has no reference, and comes in shapes that change without notice: the list of old in HTML (`div.saml-account-name`), since 2023 at
//! times base64 of JSON in a `meta` that a script draws the list from, a script that calls again, an error page. Only the tokenizer is used, without
//! a tree: the names stand in one element, and where that one is does not matter to decoration.

use super::{Account, is_account, is_alias};
use crate::error::{Error, Kind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The longest page, in bytes. One with 250 roles and an assertion of 100,000 characters has a third of that.
pub const BYTES: usize = 1 << 20;
/// The most accounts of a page. An assertion names 250 roles at most.
pub const ACCOUNTS: usize = 1000;
/// Characters that the tokenizer stops at; as in `page`, what a tenth of a second is good for.
const MARKS: usize = 250_000;
/// Places where an attribute may begin, in a piece of the page that has yielded no token yet: the tokenizer holds each attribute of a tag against all
/// before it.
pub(super) const PLACES: usize = 8_000;
/// The page is fed in pieces of this size, and [`PLACES`] looked at between them.
const PIECE: usize = 4096;
/// The longest name that is read, in bytes, blanks and all.
pub(super) const NAME: usize = 512;
/// The most base64 that is read as JSON: a page of 250 roles has 200 KiB, and values of JSON become forty times as large in memory.
pub(super) const DATA: usize = 400 << 10;
/// As much as is kept of what a person sees, to tell an error page by.
const TEXT: usize = 16 << 10;

/// What the sign-in answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountPage {
    /// The accounts that have roles to choose from, each once, by id.
    Accounts(Vec<Account>),
    /// A script alone, which would call again.
    Interstitial,
    /// The sign-in does not take the assertion.
    Refused,
    /// None of these.
    Unknown,
}

/// Reads a page.
///
/// # Errors
/// `protocol` for what is no UTF-8 or past a limit.
pub fn read(html: &[u8]) -> Result<AccountPage, Error> {
    let text = std::str::from_utf8(html).map_err(|_| refused("is not UTF-8".to_owned()))?;
    if text.len() > BYTES {
        return Err(refused(format!("is larger than {BYTES} bytes")));
    }
    if text.bytes().filter(|b| matches!(b, b'<' | b'&' | 0)).count() > MARKS {
        return Err(refused(format!("has more than {MARKS} of <, & and NUL")));
    }
    let found = tokenize(text)?;
    let mut accounts = found.accounts;
    if let Some(data) = &found.data {
        accounts.extend(listed(data));
    }
    if !accounts.is_empty() {
        return Ok(AccountPage::Accounts(accounts.into_values().take(ACCOUNTS).collect()));
    }
    let says = |text: &str, words: &str| text.contains(words);
    Ok(if says(&found.seen, "invalid SAML response") {
        AccountPage::Refused
    } else if says(&found.script, "hashArgs") {
        AccountPage::Interstitial
    } else {
        AccountPage::Unknown
    })
}

fn tokenize(text: &str) -> Result<Found, Error> {
    let tokenizer = Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
    let queue = BufferQueue::default();
    let (mut rest, mut places) = (text, 0);
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(rest.floor_char_boundary(PIECE));
        rest = tail;
        queue.push_back(StrTendril::from(piece));
        while !queue.is_empty() {
            let _ = tokenizer.feed(&queue);
        }
        places += piece
            .split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '='))
            .filter(|part| !part.is_empty())
            .count();
        if std::mem::take(&mut tokenizer.sink.0.borrow_mut().progress) {
            places = 0;
        }
        if places > PLACES {
            return Err(refused("has a tag of too many attributes".to_owned()));
        }
    }
    tokenizer.end();
    Ok(tokenizer.sink.0.take())
}

/// What the tokens held.
#[derive(Default)]
struct Found {
    accounts: BTreeMap<String, Account>,
    /// The first `meta` of the page of 2023.
    data: Option<String>,
    script: String,
    /// What a person sees, its beginning.
    seen: String,
    /// The name that is being read, between its `div` and the next end of one.
    name: Option<String>,
    /// The element whose contents are no markup.
    raw: Option<RawKind>,
    progress: bool,
}

struct Sink(RefCell<Found>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut found = self.0.borrow_mut();
        // An error may be about each of the attributes of one tag.
        found.progress |= !matches!(token, Token::ParseError(_));
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return found.opened(&tag),
            Token::TagToken(tag) => found.closed(&tag),
            Token::CharacterTokens(text) => found.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Found {
    /// Of the elements whose contents are text, the tokenizer has to be told.
    fn opened(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let attribute = |name: &str| {
            tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|found| &*found.value)
        };
        self.raw = match &*tag.name {
            "script" => Some(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            "plaintext" => return TokenSinkResult::Plaintext,
            _ => None,
        };
        match &*tag.name {
            "div" => {
                let classes = attribute("class").unwrap_or_default();
                let is_name = classes.split_ascii_whitespace().any(|class| class == "saml-account-name");
                self.name = is_name.then(String::new);
            }
            "meta" if self.data.is_none() && attribute("name") == Some("data") => {
                self.data = attribute("content").map(str::to_owned);
            }
            _ => {}
        }
        self.raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }

    fn closed(&mut self, tag: &Tag) {
        self.raw = None;
        if &*tag.name == "div"
            && let Some(account) = self.name.take().as_deref().and_then(account)
        {
            self.add(account);
        }
    }

    fn text(&mut self, text: &str) {
        let (kept, limit) = match (&mut self.name, self.raw) {
            (_, Some(RawKind::ScriptData)) => (&mut self.script, TEXT),
            (_, Some(_)) => return,
            (Some(name), None) => (name, NAME),
            (None, None) => (&mut self.seen, TEXT),
        };
        // A name of just that length and more to come is one that is too long, and not one that is cut.
        if kept.len() <= limit {
            kept.push_str(text);
        }
    }

    /// Of two names for one account the first one counts.
    fn add(&mut self, account: Account) {
        if self.accounts.len() < ACCOUNTS {
            self.accounts.entry(account.id.clone()).or_insert(account);
        }
    }
}

/// `Account: ALIAS (ID)`, `ALIAS (ID)`, `Account: ID` or `ID`.
fn account(text: &str) -> Option<Account> {
    if text.len() > NAME {
        return None;
    }
    let text = text.trim();
    let text = text.strip_prefix("Account:").unwrap_or(text).trim();
    let (name, id) = match text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((name, id)) => (Some(name.trim()), id),
        None => (None, text),
    };
    let alias = name.filter(|name| is_alias(name)).map(str::to_owned);
    is_account(id).then(|| Account { id: id.to_owned(), alias })
}

/// The accounts of `{"roles_accounts": {"ALIAS (ID)": [ARN, …]}}`.
fn listed(data: &str) -> BTreeMap<String, Account> {
    if data.len() > DATA {
        return BTreeMap::new();
    }
    let data: String = data.split_ascii_whitespace().collect();
    let json = STANDARD.decode(data).unwrap_or_default();
    let data: Map<String, Value> = serde_json::from_slice(&json).unwrap_or_default();
    let named = data.get("roles_accounts").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    let mut accounts = BTreeMap::new();
    for account in named.filter_map(|name| account(name)).take(ACCOUNTS) {
        accounts.entry(account.id.clone()).or_insert(account);
    }
    accounts
}

fn refused(what: String) -> Error {
    Error::new(
        Kind::Protocol,
        format!("AWS's sign-in page {what}"),
        "the login goes on; accounts have their ids only",
    )
}
