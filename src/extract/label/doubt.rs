//! Words that read like a label and are the beginning of a sentence.

use super::Hit;
use crate::domain::field::FieldName;
use crate::domain::form::{LabelName, Separator};
use crate::extract::phone;
use crate::mail::Body;
use crate::text::fold;

/// « Rappel : au SAMU 25, les appels … »: a sentence after an everyday word is no number; « Notre
/// messagerie refuse toute pièce », without a mark behind the word, is no answer.
pub(super) fn is_prose(body: &Body, hit: &Hit) -> bool {
    let line = &body.lines[hit.line];
    let rest = body.text.get(hit.answer..line.span.end).unwrap_or_default();
    if hit.separator == Separator::Nothing && begins_sentence(body, hit, rest) {
        return true;
    }
    // « La messagerie interne plante : constaté par trois d'entre nous »
    let names_mail = hit.name == LabelName::Field(FieldName::Email)
        && led(body, hit)
        && !rest.contains('@')
        && rest.split_whitespace().count() > 2;
    if names_mail {
        return true;
    }
    hit.weak
        && hit.name == LabelName::Field(FieldName::Phone)
        && rest.chars().count() > 50
        && phone::find(rest)
            .iter()
            .all(|found| !matches!(found.number, phone::Number::Valid(_)))
}

/// Whether an article or « mon » leads the label.
fn led(body: &Body, hit: &Hit) -> bool {
    const LEADS: [&str; 12] = [
        "le ", "la ", "les ", "l'", "notre ", "nos ", "mon ", "ma ", "mes ", "un ", "une ", "des ",
    ];
    let label = fold(body.text.get(hit.start..hit.answer).unwrap_or_default());
    LEADS.iter().any(|lead| label.starts_with(lead))
}

/// Whether a label that no mark parts from what follows is only the first word of a sentence.
fn begins_sentence(body: &Body, hit: &Hit, rest: &str) -> bool {
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    let words = rest.split_whitespace().count();
    match hit.name {
        LabelName::Field(FieldName::Phone) => digits < 6 && words > 2,
        LabelName::Field(FieldName::Email) => !rest.contains('@') && words > 2,
        LabelName::Field(FieldName::Description) => false,
        _ => led(body, hit) && words > 3 || words > 5 && rest.trim_end().ends_with('.'),
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::field::{FieldName, Value};
    use crate::domain::form::Form;
    use crate::extract::{Context, extract};
    use crate::mail::Email;

    fn described(sentence: &str) -> Option<String> {
        let raw = format!(
            "From: Paul Roy <p.roy@ch-test.fr>\nTo: support@support.invalid\nSubject: Incident\n\
             Date: Mon, 23 Nov 2026 11:00:00 +0100\nMessage-ID: <1@ch-test.fr>\n\
             Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\
             Bonjour,\n\n{sentence}\nCela devrait tenir.\n\nProduction.\n\
             Prérequis : non vérifiés\nReproductible : oui\nUtilisateur : samu24-arm05\n"
        );
        let context = Context {
            received_at: chrono::DateTime::UNIX_EPOCH,
            own_addresses: &[],
            mark: "INC",
            key: None,
        };
        let read = extract(&Email::parse(raw.as_bytes()), Form::si_samu(), &context);
        match read.fields[FieldName::Description].value() {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    #[test]
    fn a_sentence_that_begins_with_a_labels_word_is_no_answer() {
        for sentence in [
            "Notre messagerie interne refuse toute pièce depuis hier 10h.",
            "La messagerie interne plante : constaté par Léa et par Tom.",
            "La messagerie de relève : rien ne part depuis hier 10h.",
            "Téléphone muet sur trois postes depuis hier 10h.",
            "Adresse mail du médecin correspondant effacée dès la validation.",
            "La fonction de rappel garde les rappels de la veille.",
            "Les utilisateurs s'effacent de la liste dès la relève.",
        ] {
            let text = described(sentence).unwrap_or_default();
            assert!(
                text.contains(sentence.trim_end_matches('.')),
                "{sentence}: {text}"
            );
        }
    }
}
