//! What a person decides about a field, on the dossier's page: the row opens a form in place; what can't
//! be kept comes back in it, with what was typed.

use super::acts::{by, kept, reference, to};
use super::auth::Viewer;
use super::incident::{self, Opened};
use super::page::Console;
use super::refusal::PageError;
use super::said::{Asked, Did};
use crate::desk::correct::{CorrectError, Verdict, correct, seen};
use crate::domain::field::{Field, FieldName, Reading, Reason};
use crate::domain::form::FormField;
use crate::domain::incident::{Incident, Reference, is_unsure};
use crate::extract::entity::names;
use crate::present::french;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

/// The form that a row holds.
#[derive(Debug, Serialize)]
pub(super) struct Edit {
    token: String,
    name: String,
    value: String,
    reason: String,
    seen: String,
    /// Answers of a closed set.
    choices: Vec<String>,
    /// Names that are proposed while one types.
    names: Vec<String>,
    is_long: bool,
    can_confirm: bool,
    fault: String,
    /// What somebody else wrote meanwhile.
    other: String,
    /// Which of its inputs has the focus: the value, or the reason.
    asks_reason: bool,
}

/// Which row is open.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Open {
    champ: Option<String>,
    acte: Option<String>,
}

impl Edit {
    /// The form of the row that an address opens.
    pub(super) fn open(console: &Console, incident: &Incident, open: &Open) -> Option<Self> {
        let name = FieldName::parse(open.champ.as_deref()?)?;
        let form = console
            .form()
            .fields
            .iter()
            .find(|form| form.name == name)?;
        let mut edit = Self::of(form, &incident.fields[name]);
        edit.asks_reason = open.acte.as_deref() == Some("inexploitable");
        Some(edit)
    }

    fn of(form: &FormField, field: &Field) -> Self {
        let choices: &[&str] = match form.name {
            FieldName::Environment => &["production", "formation"],
            FieldName::PrerequisitesChecked => &["oui", "non"],
            FieldName::Reproducible => &["oui, toujours", "parfois", "non"],
            _ => &[],
        };
        let own = form.choices.iter().map(|choice| choice.value.clone());
        Self {
            token: form.name.to_string(),
            name: form.heading.clone(),
            value: match &field.reading {
                Reading::Present(value) => french::value(value),
                Reading::Unclear(_) => raw(field),
                Reading::Unknown | Reading::Missing => String::new(),
            },
            reason: String::new(),
            seen: seen(field),
            choices: choices
                .iter()
                .map(|one| (*one).to_owned())
                .chain(own)
                .collect(),
            names: match form.name {
                FieldName::Entity => names().collect(),
                _ => Vec::new(),
            },
            is_long: form.name == FieldName::Description,
            can_confirm: is_unsure(field),
            fault: String::new(),
            other: String::new(),
            asks_reason: false,
        }
    }
}

/// The words that can't be used, to be mended rather than typed anew.
fn raw(field: &Field) -> String {
    let raw = field
        .evidence
        .as_ref()
        .map(|evidence| evidence.raw.as_str());
    let words = raw.unwrap_or_default().split_whitespace();
    words.collect::<Vec<_>>().join(" ")
}

/// What the form holds.
#[derive(Debug, Deserialize)]
pub(super) struct Given {
    acte: String,
    #[serde(default)]
    valeur: String,
    #[serde(default)]
    motif: String,
    vu: Option<String>,
    telephone: Option<String>,
}

pub(super) async fn decide(
    State(console): State<Console>,
    viewer: Viewer,
    Path((name, field)): Path<(String, String)>,
    Form(given): Form<Given>,
) -> Response {
    let (Ok(reference), Some(field)) = (reference(&name), FieldName::parse(&field)) else {
        return console.answer(Err(PageError::NotFound));
    };
    let verdict = match given.acte.as_str() {
        "juste" => Verdict::Confirmed,
        "inexploitable" => Verdict::Unusable(given.motif.clone()),
        "inconnu" => Verdict::Unknown,
        _ => Verdict::Value {
            text: given.valeur.clone(),
            proof: None,
            by_phone: given.telephone.is_some(),
        },
    };
    let by = by(&console, &viewer);
    let done = correct(
        console.store(),
        console.intake(),
        (&reference, field),
        (&verdict, given.vu.as_deref()),
        &by,
    );
    match done.await {
        Ok(_) => {
            console.wake();
            match next(&console, &reference, field, &verdict).await {
                Ok(path) => to(&path),
                Err(error) => console.answer(Err(error)),
            }
        }
        Err(error) => again(&console, &viewer, (&reference, field), &given, error).await,
    }
}

/// Where one goes on: to the next doubtful field after one was found right, else back to the row.
async fn next(
    console: &Console,
    reference: &Reference,
    name: FieldName,
    verdict: &Verdict,
) -> Result<String, PageError> {
    let form = console.form();
    let mut number = form.fields.iter().position(|field| field.name == name);
    if *verdict == Verdict::Confirmed {
        let incident = console.store().incident(reference).await?;
        let incident = incident.ok_or(PageError::NotFound)?;
        let mut fields = form.fields.iter();
        let doubt = fields.position(|field| is_unsure(&incident.fields[field.name]));
        number = doubt.or(number);
    }
    let number = number.map_or(1, |at| at + 1);
    Ok(format!(
        "/d/{reference}?{}#f-{number}",
        Did::Decided(name).query()
    ))
}

/// The page once more, with what was typed and what is wrong with it.
async fn again(
    console: &Console,
    viewer: &Viewer,
    (reference, name): (&Reference, FieldName),
    given: &Given,
    error: CorrectError,
) -> Response {
    let (status, fault) = match error {
        CorrectError::NoTicket(_) | CorrectError::NoField(_) => {
            return console.answer(Err(PageError::NotFound));
        }
        CorrectError::Merged(..) => {
            let why = "Le dossier est rattaché à un autre.";
            return console.answer(Err(PageError::Refused(why)));
        }
        CorrectError::Store(error) => return console.answer(Err(kept(error))),
        CorrectError::NotUnderstood(reason) => {
            (StatusCode::UNPROCESSABLE_ENTITY, why(name, reason))
        }
        CorrectError::Length if given.acte == "inexploitable" => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Écrivez le motif en 60 caractères au plus\u{a0}: le déclarant le lira.".to_owned(),
        ),
        CorrectError::Length => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Écrivez une valeur, de 4\u{202f}000 caractères au plus.".to_owned(),
        ),
        CorrectError::Nothing => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Il n’y a pas de valeur à confirmer.".to_owned(),
        ),
        CorrectError::Changed => (
            StatusCode::CONFLICT,
            "Quelqu’un d’autre a changé ce champ entre-temps.".to_owned(),
        ),
    };
    let incident = match console.store().incident(reference).await {
        Ok(Some(incident)) => incident,
        Ok(None) => return console.answer(Err(PageError::NotFound)),
        Err(error) => return console.answer(Err(PageError::Store(error))),
    };
    let fields = &console.form().fields;
    let Some(form) = fields.iter().find(|form| form.name == name) else {
        return console.answer(Err(PageError::NotFound));
    };
    let field = &incident.fields[name];
    let edit = Edit {
        value: given.valeur.clone(),
        reason: given.motif.clone(),
        other: match status {
            StatusCode::CONFLICT => stands(field),
            _ => String::new(),
        },
        asks_reason: given.acte == "inexploitable",
        fault,
        ..Edit::of(form, field)
    };
    let asked = Asked::default();
    let page = incident::page(
        console,
        viewer,
        reference,
        Opened::With(Box::new(edit)),
        &asked,
    );
    match page.await {
        Ok(page) => (status, page).into_response(),
        Err(error) => console.answer(Err(error)),
    }
}

/// What stands there now, in words.
fn stands(field: &Field) -> String {
    match &field.reading {
        Reading::Present(value) => french::value(value),
        Reading::Unclear(reason) => format!("à préciser\u{a0}: {}", reason.french()),
        Reading::Unknown => "ne sait pas".to_owned(),
        Reading::Missing => "manque".to_owned(),
    }
}

/// What is wrong with what was typed, and how it is mended.
fn why(name: FieldName, reason: Option<Reason>) -> String {
    let how = match name {
        FieldName::Phone => {
            "Il faut un numéro à dix chiffres, ou un numéro international avec son +."
        }
        FieldName::StartedAt => "Écrivez un jour et une heure\u{a0}: 23/11/2026 09:00, hier 14h30.",
        FieldName::AffectedCount => "Écrivez un nombre, ou «\u{a0}tous\u{a0}».",
        FieldName::Email => "Écrivez une adresse entière\u{a0}: nom@domaine.",
        _ => "Choisissez l’une des réponses proposées.",
    };
    match reason {
        Some(reason) => format!("{}. {how}", french::capital(&reason.french())),
        None => format!("Ce n’est pas compris. {how}"),
    }
}
