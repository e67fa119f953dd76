//! What holds for every message: no panic, evidence at its place, the same answer twice.

use super::fields::header_text;
use super::{Context, extract};
use crate::domain::declaration::Declaration;
use crate::domain::field::Part;
use crate::domain::form::Form;
use crate::mail::Email;
use proptest::prelude::*;

fn read(email: &Email<'_>) -> Declaration {
    let context = Context {
        received_at: chrono::DateTime::UNIX_EPOCH,
        own_addresses: &[],
        mark: "INC",
        key: None,
    };
    extract(email, Form::si_samu(), &context)
}

/// The text that a part's spans count in.
fn text_of(email: &Email<'_>, part: Part) -> Option<String> {
    match part {
        Part::Subject => Some(email.subject.clone()),
        Part::From => email.from.as_ref().map(header_text),
        Part::Text | Part::Html => Some(email.body.text.clone()),
        Part::Attachment(number) => email
            .attached
            .iter()
            .find(|attached| attached.number == number)
            .map(|attached| attached.body.text.clone()),
    }
}

fn check(raw: &[u8]) -> Result<(), TestCaseError> {
    let email = Email::parse(raw);
    let declaration = read(&email);
    prop_assert_eq!(&declaration, &read(&email));
    for (name, field) in declaration.fields.iter() {
        let Some(evidence) = &field.evidence else {
            continue;
        };
        let text = evidence
            .part
            .and_then(|part| text_of(&email, part))
            .unwrap_or_default();
        prop_assert_eq!(
            text.get(evidence.span.clone()),
            Some(evidence.raw.as_str()),
            "{} at {:?}",
            name,
            evidence.span
        );
        prop_assert!((0.0..=1.0).contains(&evidence.confidence));
    }
    Ok(())
}

/// Pieces that declarations are made of, and characters that have more bytes or no width.
fn piece() -> impl Strategy<Value = String> {
    const PIECES: &str = "Déclarant :|Entité concernée (Samu de Nantes, ...) :|Téléphone|...|formation, production ?|Bonjour,|\
        Claire LEBRETON|ARM|SAMU 44|06 39 98 00 01|poste 2214|hier 14h30|depuis ce matin|le 12/03 à 9h|impossible de|ne marche plus|\
        la carte|« Intervenants »|pour moi|tout le monde|3 à 4 postes|je ne sais pas|oui|non|Cordialement|> | \u{a0}|\t|\n|\n\n|\
        Description :|1) |2. |12 - |Reproductible ?|a.roy@ch.example|celle-ci|Envoyé de mon iPhone|De : Paul Roy|Date :|Objet : x|Le lun. 2 mars 2026 à 10:02, Paul a écrit :|\
        œuf|É|e\u{301}|\u{200b}|🚑|ﬁ|İ|ß|…|–|(|)|[cid:x]|escalade|merci|pré-requis|une fois sur deux|chez moi et chez Zoé|Mme|Dr|l'onglet|:";
    prop_oneof![
        4 => proptest::sample::select(PIECES.split('|').map(str::to_owned).collect::<Vec<_>>()),
        1 => "\\PC{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn evidence_stands_where_it_says(
        subject in proptest::collection::vec(piece(), 0..5),
        name in "[A-Za-zéÉ ]{0,16}",
        body in proptest::collection::vec(piece(), 0..60),
        space in proptest::sample::select(vec!["", " ", "\n"]),
    ) {
        let subject: String = subject.join(" ").replace(['\n', '\r'], " ");
        let raw = format!(
            "From: {name} <p.roy@ch.example>\r\nSubject: {subject}\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
            body.join(space)
        );
        check(raw.as_bytes())?;
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        check(&bytes)?;
    }
}
