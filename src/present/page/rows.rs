//! The fields as a page shows them: value, state in words, proof in words and by a link.

use crate::domain::field::{Field, Part, Reading, Value};
use crate::domain::form::FormField;
use crate::domain::incident::SURE;
use crate::present::french;
use serde::Serialize;

/// A value longer than this is folded behind its beginning.
const LONG: usize = 160;

/// One field.
#[derive(Debug, Serialize)]
pub struct Row {
    number: usize,
    /// The field's stable word.
    token: String,
    name: String,
    /// The beginning of a long value.
    start: String,
    value: String,
    id: String,
    state: &'static str,
    reason: String,
    doubt: bool,
    proof: Option<Proof>,
}

#[derive(Debug, Serialize)]
struct Proof {
    /// The words as written, where the value is not a copy of them.
    raw: String,
    source: &'static str,
    confidence: String,
    place: String,
    link: bool,
}

impl Row {
    /// A field's row as its form calls it; `is_shown` says that its proof can be followed on the page.
    #[must_use]
    pub fn new(number: usize, form: &FormField, field: &Field, is_shown: bool) -> Self {
        let confidence = field
            .evidence
            .as_ref()
            .map_or(1.0, |evidence| evidence.confidence);
        let (value, state, reason, doubt) = match &field.reading {
            Reading::Present(value) if confidence < SURE => {
                (french::value(value), "à vérifier", String::new(), true)
            }
            Reading::Present(value) => (french::value(value), "", String::new(), false),
            Reading::Unclear(reason) => (String::new(), "à préciser", reason.french(), true),
            Reading::Unknown => (String::new(), "ne sait pas", String::new(), false),
            Reading::Missing if form.mandatory => (String::new(), "manque", String::new(), true),
            Reading::Missing => (String::new(), "non précisé", String::new(), false),
        };
        let id = match field.value() {
            Some(Value::Entity { id: Some(id), .. }) => id.clone(),
            _ => String::new(),
        };
        let is_long = value.chars().count() > LONG;
        Self {
            number,
            token: form.name.to_string(),
            name: form.heading.clone(),
            start: if is_long {
                value.chars().take(LONG - 20).collect()
            } else {
                String::new()
            },
            id,
            state,
            reason,
            doubt,
            proof: proof(field, &value, is_shown),
            value,
        }
    }
}

fn proof(field: &Field, value: &str, is_shown: bool) -> Option<Proof> {
    let evidence = field.evidence.as_ref()?;
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let raw = joined(&evidence.raw);
    let is_copy = raw == joined(value);
    Some(Proof {
        raw: match (is_copy, raw.char_indices().nth(LONG)) {
            (true, _) => String::new(),
            (false, Some((end, _))) => format!("{}…", raw.get(..end).unwrap_or_default()),
            (false, None) => raw,
        },
        source: french::source(evidence.source),
        confidence: match field.reading {
            Reading::Present(_) => format!("{:.0}\u{a0}%", evidence.confidence * 100.0),
            _ => String::new(),
        },
        place: match (evidence.part, is_shown) {
            (None, _) => String::new(),
            // Only implied: no words of the message say it.
            (Some(_), false) if evidence.span.is_empty() => "déduit".to_owned(),
            (Some(Part::Attachment(number)), _) => format!("pièce jointe {number}"),
            (Some(Part::Subject), true) => "dans l’objet".to_owned(),
            (Some(Part::From), true) => "dans l’expéditeur".to_owned(),
            (Some(_), true) => "dans le message".to_owned(),
            (Some(part), false) => format!(
                "{part}, octets {} à {}",
                evidence.span.start, evidence.span.end
            ),
        },
        link: is_shown,
    })
}
