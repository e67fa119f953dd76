//! `/recherche?q=`: tickets, then messages that belong to none, with the words around the hit. The
//! whole search stands in the address; each word of it is a link to the search without it.

mod export;

pub(super) use export::{csv, csv_fr, ndjson};

use super::auth::Viewer;
use super::incidents::{flags, tone};
use super::page::{Console, Moment, plural};
use super::refusal::PageError;
use crate::domain::declaration::Kind;
use crate::domain::hit::{Hits, Pattern, Piece, hits};
use crate::domain::query::{Fault, Query, Term};
use crate::present::french;
use crate::store::{FoundMessage, FoundTicket};
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Serialize;
use std::collections::BTreeSet;

/// Results on one page.
const ROWS: u32 = 25;

/// Places of one ticket that are shown.
const PLACES: usize = 3;

/// What the address says.
#[derive(Debug, Default)]
struct Asked {
    /// As typed.
    text: String,
    /// Where the page begins, where it is not the first.
    after: Option<i64>,
}

impl Asked {
    /// Of what stands twice the first counts; what can't be read is as if it were not there.
    fn read(raw: Option<&str>) -> Self {
        let raw = raw.unwrap_or_default().as_bytes();
        let find = |wanted: &str| {
            let mut pairs = url::form_urlencoded::parse(raw);
            pairs.find_map(|(name, value)| (name == wanted).then(|| value.into_owned()))
        };
        Self {
            text: find("q").unwrap_or_default(),
            after: find("suite").and_then(|after| after.parse().ok()),
        }
    }

    fn query(&self, console: &Console) -> Query {
        Query::parse(
            &self.text,
            console.form(),
            console.now(),
            console.timezone(),
        )
    }
}

/// The address of a search.
fn link(path: &str, query: &str, after: Option<i64>) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.append_pair("q", query);
    if let Some(after) = after {
        pairs.append_pair("suite", &after.to_string());
    }
    format!("{path}?{}", pairs.finish())
}

fn page_of(query: &str) -> String {
    link("/recherche", query, None)
}

#[derive(Serialize)]
struct Results {
    q: String,
    parts: Vec<Chip>,
    faults: Vec<Wrong>,
    is_searched: bool,
    is_first: bool,
    range: String,
    tickets: Vec<Ticket>,
    messages: Vec<Message>,
    next: Option<String>,
    nearest: Option<Nearest>,
    exports: Vec<Export>,
    examples: Vec<Example>,
}

/// One word or filter, and the search without it.
#[derive(Serialize)]
struct Chip {
    typed: String,
    without: String,
}

#[derive(Serialize)]
struct Wrong {
    text: String,
    near: String,
    near_link: String,
    quoted_link: String,
}

#[derive(Serialize)]
struct Ticket {
    reference: String,
    received: Moment,
    entity: String,
    entity_link: String,
    summary: String,
    places: Vec<Place>,
    flags: Vec<&'static str>,
    status: &'static str,
    status_link: String,
    tone: &'static str,
}

/// Where it was found.
#[derive(Serialize)]
struct Place {
    label: String,
    pieces: Vec<Piece>,
}

#[derive(Serialize)]
struct Message {
    link: String,
    received: Moment,
    from: String,
    subject: Vec<Piece>,
    pieces: Vec<Piece>,
    kind: &'static str,
}

/// The search without one part, which finds something.
#[derive(Serialize)]
struct Nearest {
    dropped: String,
    link: String,
    query: String,
}

#[derive(Serialize)]
struct Export {
    name: &'static str,
    link: String,
}

#[derive(Serialize)]
struct Example {
    query: &'static str,
    link: String,
    says: &'static str,
}

/// What can be typed.
const EXAMPLES: [(&str, &str); 10] = [
    ("INC-26-00042", "le dossier de ce numéro, aussi 26-42 ou 42"),
    ("\"carte grise\"", "ces mots à la suite, exactement"),
    ("entite:samu-44", "l’entité, par son nom ou son numéro"),
    (
        "etat:attente",
        "relire, attente, rappeler, complet, clos, ecarte, fusionne",
    ),
    ("manque:telephone", "ce qui reste à demander"),
    ("champ:environnement=formation", "la valeur d’un champ"),
    ("depuis:7j", "24h, 7j, 3mois, hier, 2026-11-23"),
    ("de:chu.example", "l’adresse qui a écrit"),
    ("majeur:oui", "les majeurs possibles"),
    ("capture:non", "sans copie d’écran"),
];

pub(super) async fn show(
    State(console): State<Console>,
    viewer: Viewer,
    RawQuery(raw): RawQuery,
) -> Response {
    let asked = Asked::read(raw.as_deref());
    match ticket_named(&console, &asked).await {
        Ok(Some(path)) => (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response(),
        Ok(None) => console.answer(page(&console, &viewer, asked).await),
        Err(error) => console.answer(Err(error)),
    }
}

/// The page of the ticket whose reference is all that was typed.
async fn ticket_named(console: &Console, asked: &Asked) -> Result<Option<String>, PageError> {
    let Some(short) = Query::reference(&asked.text) else {
        return Ok(None);
    };
    let named = console.store().named_shortly(&short).await?;
    Ok(named.map(|reference| format!("/d/{reference}")))
}

async fn page(console: &Console, viewer: &Viewer, asked: Asked) -> Result<Html<String>, PageError> {
    let query = asked.query(console);
    let store = console.store();
    let is_searched = query.faults.is_empty() && !query.parts.is_empty();
    let found = match is_searched {
        true => store.search(&query, asked.after, ROWS).await?,
        false => crate::store::Found::default(),
    };
    let is_empty = found.tickets.is_empty() && found.messages.is_empty();
    let marked = query.marked();
    let text = query.text();
    let tickets: Vec<Ticket> = found
        .tickets
        .iter()
        .map(|ticket| row(console, ticket, &marked, &query))
        .collect();
    let messages: Vec<Message> = found
        .messages
        .iter()
        .map(|message| message_row(console, message, &marked))
        .collect();
    let parts = query.parts.iter().enumerate();
    let context = Results {
        parts: parts
            .map(|(at, part)| Chip {
                typed: part.typed.clone(),
                without: page_of(&query.without(at).text()),
            })
            .collect(),
        faults: query.faults.iter().map(wrong).collect(),
        is_searched,
        is_first: asked.after.is_none(),
        range: range(
            tickets.len() as u64,
            messages.len() as u64,
            found.next.is_some(),
        ),
        next: found
            .next
            .map(|after| link("/recherche", &text, Some(after))),
        nearest: match is_searched && is_empty && asked.after.is_none() {
            true => nearest(console, &query).await?,
            false => None,
        },
        exports: match tickets.is_empty() {
            true => Vec::new(),
            false => exports(&text),
        },
        examples: EXAMPLES
            .into_iter()
            .map(|(query, says)| Example {
                query,
                link: page_of(query),
                says,
            })
            .collect(),
        q: asked.text,
        tickets,
        messages,
    };
    console
        .render(viewer, "recherche", "search.html", context)
        .await
}

/// « 25 dossiers affichés, il y en a d’autres. »
fn range(tickets: u64, messages: u64, has_more: bool) -> String {
    let mut shown = Vec::new();
    if tickets > 0 || messages == 0 {
        shown.push(plural(tickets, "dossier", "dossiers"));
    }
    if messages > 0 {
        shown.push(plural(
            messages,
            "message sans dossier",
            "messages sans dossier",
        ));
    }
    let more = if has_more { ", et d’autres" } else { "" };
    format!("{}{more}.", shown.join(", "))
}

fn wrong(fault: &Fault) -> Wrong {
    let near = fault.near();
    Wrong {
        text: french::capital(&fault.french()),
        near: near.map(|near| near.word.clone()).unwrap_or_default(),
        near_link: near.map(|near| page_of(&near.query)).unwrap_or_default(),
        quoted_link: match fault {
            Fault::Filter { quoted, .. } => page_of(quoted),
            _ => String::new(),
        },
    }
}

fn exports(query: &str) -> Vec<Export> {
    [
        ("CSV", "/recherche.csv"),
        ("CSV pour Excel français", "/recherche-fr.csv"),
        ("NDJSON", "/recherche.ndjson"),
    ]
    .into_iter()
    .map(|(name, path)| Export {
        name,
        link: link(path, query, None),
    })
    .collect()
}

/// The search without one part that finds something; a filter is dropped before a word.
async fn nearest(console: &Console, query: &Query) -> Result<Option<Nearest>, PageError> {
    if query.parts.len() < 2 {
        return Ok(None);
    }
    let (words, filters): (Vec<usize>, Vec<usize>) = (0..query.parts.len()).rev().partition(|at| {
        let part = query.parts.get(*at);
        part.is_some_and(|part| matches!(part.term, Term::Words(_)))
    });
    for at in filters.into_iter().chain(words) {
        let less = query.without(at);
        let found = console.store().search(&less, None, 1).await?;
        if found.tickets.is_empty() && found.messages.is_empty() {
            continue;
        }
        let part = query.parts.get(at);
        return Ok(Some(Nearest {
            dropped: part.map(|part| part.typed.clone()).unwrap_or_default(),
            link: page_of(&less.text()),
            query: less.text(),
        }));
    }
    Ok(None)
}

fn row(console: &Console, found: &FoundTicket, marked: &[Pattern], query: &Query) -> Ticket {
    let line = &found.line;
    Ticket {
        reference: line.reference.to_string(),
        received: console.moment(line.received_at),
        entity: line.entity.clone(),
        entity_link: page_of(&query.with_entity(&line.entity)),
        summary: line.summary.clone(),
        places: places(console, found, marked),
        flags: flags(line.major_suspected, line.kind, &line.concerns),
        status: line.status.french(),
        status_link: page_of(&query.with_status(line.status)),
        tone: tone(line.status),
    }
}

/// Where a ticket has what is looked for: in its messages first, then in their subjects, then in its
/// fields; each place shows something that those before don't.
fn places(console: &Console, found: &FoundTicket, marked: &[Pattern]) -> Vec<Place> {
    let mut left: BTreeSet<usize> = (0..marked.len()).collect();
    let mut places = Vec::new();
    let mut look = |label: &dyn Fn() -> String, text: &str| {
        if left.is_empty() || places.len() == PLACES {
            return;
        }
        let hits = hits(text, marked);
        if hits.patterns.iter().any(|pattern| left.contains(pattern)) {
            left.retain(|pattern| !hits.patterns.contains(pattern));
            places.push(Place {
                label: label(),
                pieces: hits.around(text),
            });
        }
    };
    for said in &found.said {
        look(&|| format!("message {}", said.message), &said.text);
    }
    for said in &found.said {
        look(&|| "objet".to_owned(), &said.subject);
    }
    for (name, field) in found.fields.iter() {
        if let Some(value) = field.value() {
            let heading = || console.form().heading(&name).to_owned();
            look(&heading, &french::value(value));
        }
    }
    places
}

fn message_row(console: &Console, found: &FoundMessage, marked: &[Pattern]) -> Message {
    let line = &found.line;
    let around = |text: &str, hits: &Hits| match text.is_empty() {
        true => Vec::new(),
        false => hits.around(text),
    };
    Message {
        // The list begins with it.
        link: format!("/messages?avant={}", line.id.0.saturating_add(1)),
        received: console.moment(line.internal_date),
        from: line.from_address.clone(),
        subject: around(&line.subject, &hits(&line.subject, marked)),
        pieces: around(&found.text, &hits(&found.text, marked)),
        kind: Kind::parse(&line.kind).map_or("", french::kind),
    }
}
