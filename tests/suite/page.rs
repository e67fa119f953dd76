//! `vigie parse --page`: the page of every fixture shows the message byte for byte, leads from each
//! field to its words and back, and lets nothing of a message act.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, StartTag, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use vigie::domain::declaration::Declaration;
use vigie::domain::field::{FieldName, Part, Reading};
use vigie::domain::form::Form;
use vigie::extract::{Context, extract};
use vigie::mail::Email;
use vigie::present::page;
use walkdir::WalkDir;

/// What a browser would make of a page.
#[derive(Debug, Default)]
struct Seen {
    /// The text of each part, without the numbers.
    parts: BTreeMap<String, String>,
    ids: Vec<String>,
    links: Vec<String>,
    names: BTreeSet<String>,
    attributes: BTreeSet<String>,
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    name: String,
    part: Option<String>,
    is_number: bool,
}

struct Sink(RefCell<Seen>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut seen = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == StartTag => seen.start(&tag),
            Token::TagToken(tag) => {
                if let Some(at) = seen.open.iter().rposition(|open| open.name == *tag.name) {
                    seen.open.truncate(at);
                }
            }
            Token::CharacterTokens(text) => seen.text(&text),
            Token::NullCharacterToken => seen.text("\0"),
            Token::ParseError(error) => panic!("not HTML: {error}"),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Seen {
    fn of(html: &str) -> Self {
        // What stands in the style is no markup.
        let (head, rest) = html.split_once("<style>").unwrap();
        let (_, body) = rest.split_once("</style>").unwrap();
        let tokenizer = Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(&format!("{head}{body}")));
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        tokenizer.sink.0.into_inner()
    }

    fn start(&mut self, tag: &Tag) {
        let attribute = |name: &str| {
            let found = tag.attrs.iter().find(|one| *one.name.local == *name);
            found.map(|one| one.value.to_string())
        };
        self.ids.extend(attribute("id"));
        self.links.extend(attribute("href"));
        self.names.insert(tag.name.to_string());
        let attributes = tag.attrs.iter().map(|one| one.name.local.to_string());
        self.attributes.extend(attributes);
        if matches!(&*tag.name, "meta" | "br" | "link" | "img" | "input") {
            return;
        }
        let part = attribute("data-part");
        if let Some(part) = &part {
            self.parts.entry(part.clone()).or_default();
        }
        self.open.push(Open {
            name: tag.name.to_string(),
            part,
            is_number: attribute("class").as_deref() == Some("back"),
        });
    }

    fn text(&mut self, text: &str) {
        if self.open.iter().any(|open| open.is_number) {
            return;
        }
        let part = self.open.iter().rev().find_map(|open| open.part.clone());
        if let Some(part) = part {
            self.parts.entry(part).or_default().push_str(text);
        }
    }
}

fn read(email: &Email<'_>) -> Declaration {
    let context = Context {
        received_at: chrono::DateTime::UNIX_EPOCH,
        own_addresses: &[],
        mark: "INC",
        key: None,
    };
    extract(email, Form::si_samu(), &context)
}

fn render(raw: &[u8]) -> (Email<'_>, Declaration, String) {
    let email = Email::parse(raw);
    let declaration = read(&email);
    let html = page::render("x.eml", &email, &declaration, Form::si_samu()).unwrap();
    (email, declaration, html)
}

/// Holds a page against the message that it shows.
fn check(name: &str, raw: &[u8]) {
    let (email, declaration, html) = render(raw);
    let seen = Seen::of(&html);
    let part = |part: Part| seen.parts.get(&part.to_string()).map(String::as_str);
    let shown = |text: &str| Some(text.to_owned());
    assert_eq!(
        part(Part::Subject).map(str::to_owned),
        shown(&email.subject),
        "{name}"
    );
    let from = email.from.as_ref().map(page::written).unwrap_or_default();
    assert_eq!(part(Part::From).map(str::to_owned), shown(&from), "{name}");
    for body in [&email.body]
        .into_iter()
        .chain(email.attached.iter().map(|one| &one.body))
    {
        assert_eq!(
            part(body.part).map(str::to_owned),
            shown(&body.text),
            "{name}, {}",
            body.part
        );
    }
    let ids: BTreeSet<&str> = seen.ids.iter().map(String::as_str).collect();
    assert_eq!(ids.len(), seen.ids.len(), "{name}: an id stands twice");
    for link in &seen.links {
        let target = link
            .strip_prefix('#')
            .unwrap_or_else(|| panic!("{name}: {link} leads away"));
        assert!(ids.contains(target), "{name}: {link} leads nowhere");
    }
    if declaration.kind.is_answered() {
        for (at, (field, said)) in declaration.fields.iter().enumerate() {
            let is_present = matches!(said.reading, Reading::Present(_));
            // What is only implied has no words of its own.
            let of_message = said
                .evidence
                .as_ref()
                .is_some_and(|one| one.part.is_some() && !one.raw.is_empty());
            if is_present && of_message {
                let (there, back) = (format!("ev-{}", at + 1), format!("#f-{}", at + 1));
                assert!(ids.contains(there.as_str()), "{name}: {field} has no proof");
                assert!(
                    seen.links.contains(&back),
                    "{name}: {field} has no way back"
                );
            }
        }
    }
    for never in [
        "script", "img", "link", "iframe", "form", "object", "svg", "base",
    ] {
        assert!(!seen.names.contains(never), "{name}: <{never}>");
    }
    for attribute in &seen.attributes {
        let acts = attribute.starts_with("on") || attribute == "style" || attribute == "src";
        assert!(!acts, "{name}: {attribute}");
    }
}

#[test]
fn the_page_of_every_fixture_shows_its_message_byte_for_byte_and_leads_both_ways() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    let mut seen = 0;
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|ending| ending == "eml") {
            check(&path.display().to_string(), &std::fs::read(&path).unwrap());
            seen += 1;
        }
    }
    assert!(seen > 150, "only {seen} fixtures found");
}

#[test]
fn whatever_a_message_holds_stands_in_its_page_as_text() {
    let hostile = "</div><script>alert(1)</script>\"'&amp;&lt; {{ 7*7 }} <style>*{display:none}</style>\
        \u{202e}gnp.exe <img src=x onerror=alert(1)> <!-- \u{c}\u{b}\u{1}\u{7f}\u{85}\u{fdd0}";
    let head = "MIME-Version: 1.0\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\nSubject: ";
    for (kind, body) in [
        ("text/plain", hostile.to_owned()),
        (
            "text/plain",
            format!("Bonjour,\r\n\r\nDescription : {hostile}\r\n-- \r\n{hostile}\r\n"),
        ),
        ("text/html", hostile.replace('<', "&lt;")),
    ] {
        let raw = format!(
            "From: \"{}\" <a@ch.example>\r\n{head}{}\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n{body}",
            hostile.replace('"', ""),
            hostile
        );
        check(kind, raw.as_bytes());
    }
}

#[test]
fn a_page_needs_nothing_but_itself_and_allows_nothing_else() {
    let raw = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/demo/01-formulaire-complet.eml"
    ));
    let raw = raw.unwrap();
    let (_, declaration, html) = render(&raw);
    assert!(declaration.fields[FieldName::Phone].value().is_some());
    let policy = "content=\"default-src 'none'; style-src 'sha256-";
    assert!(html.contains(policy), "{html}");
    let (_, style) = html.split_once("<style>").unwrap();
    let (style, _) = style.split_once("</style>").unwrap();
    assert!(
        !style.contains("url(") && !style.contains("@import"),
        "{style}"
    );
    use sha2::Digest as _;
    let hash = data_encoding::BASE64.encode(&sha2::Sha256::digest(style));
    assert!(
        html.contains(&format!("'sha256-{}'", hash.replace('/', "&#x2f;"))),
        "{hash}"
    );
    assert!(html.starts_with("<!doctype html>"), "{html}");
}
