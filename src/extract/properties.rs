//! What holds for every message: no panic, lines that cover the body, evidence at its place, values
//! that read the same from their evidence alone, the same answer twice.
//!
//! A value is read again from its `raw` where the words alone say it: phone, address,
//! count, entity, frequency; an environment's evidence names one. It can't hold for a start whose day and hour stand in two places (its
//! evidence is one of them: here one of both must agree), for prerequisites (« n'ai pas » may stand
//! before the cue that is shown), and for people: « moi-même » shows who, not the name. Of free text
//! (feature, description, role) every word must stand in its evidence.

use super::fields::header_text;
use super::{Context, extract};
use super::{count, entity, environment, frequency, phone, when};
use crate::domain::declaration::Declaration;
use crate::domain::field::{Count, Evidence, FieldName, Part, Reading, Value};
use crate::domain::form::Form;
use crate::mail::Email;
use crate::text::fold;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

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
    prop_assert!(!declaration.own_text.contains('\0'));
    let mut at = 0;
    for line in &email.body.lines {
        let between = email.body.text.get(at..line.span.start);
        prop_assert!(
            between.is_some_and(|text| text.chars().all(|c| matches!(c, '\n' | '>' | ' '))),
            "{:?} is in no line",
            between
        );
        prop_assert!(email.body.text.get(line.span.clone()).is_some());
        at = line.span.end;
    }
    prop_assert_eq!(at, email.body.text.len());
    for block in &email.body.blocks {
        prop_assert!(email.body.text.get(block.span.clone()).is_some());
    }
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
        // Evidence over several lines of a quote holds their marks between its words.
        if let Reading::Present(value) = &field.reading
            && !evidence.raw.contains("\n>")
        {
            let same = reads_again(&email, name, value, evidence);
            prop_assert!(same, "{}: {:?} from {:?}", name, value, evidence.raw);
        }
    }
    Ok(())
}

/// Whether the evidence alone says the value.
fn reads_again(email: &Email<'_>, name: FieldName, value: &Value, evidence: &Evidence) -> bool {
    // Wrapped lines are read as one.
    let raw = evidence.raw.replace('\n', " ");
    let raw = raw.as_str();
    let is = |answer: Option<super::token::Answer>| {
        answer.is_some_and(|answer| answer.reading == Reading::Present(value.clone()))
    };
    match value {
        Value::Phone(_) => is(phone::answer(raw)),
        // « pas en formation » says production, and shows the word.
        Value::Environment(_) => environment::answer(raw).is_some(),
        // « poste 2214 » is one, and shows the number of the post.
        Value::Count(Count { max: Some(1), .. }) => true,
        // « tous » may stand elsewhere than the number.
        Value::Count(wanted) => {
            let same = |count: &Count| (count.min, count.max) == (wanted.min, wanted.max);
            let answer = count::answer(raw).map(|answer| answer.reading);
            matches!(&answer, Some(Reading::Present(Value::Count(count))) if same(count))
                || count::find(raw).iter().any(|found| same(&found.count))
        }
        Value::Entity { id: Some(id), .. } => {
            let same = |value: &Value| matches!(value, Value::Entity { id: Some(again), .. } if again == id);
            let answer = entity::answer(raw).map(|answer| answer.reading);
            matches!(&answer, Some(Reading::Present(value)) if same(value))
                || entity::find(raw)
                    .iter()
                    .any(|found| found.id.as_ref() == Some(id))
        }
        Value::Frequency(_) => is(frequency::answer(raw)),
        Value::Instant { at, .. } => {
            let date = email.date.unwrap_or_default();
            let base = when::Base {
                date,
                overseas: None,
            };
            let Some(Reading::Present(Value::Instant { at: again, .. })) =
                when::answer(raw, &base).map(|answer| answer.reading)
            else {
                return false;
            };
            again.date_naive() == at.date_naive() || again.time() == at.time()
        }
        Value::Text(text) if name == FieldName::Email => fold(raw).contains(&fold(text)),
        Value::Text(text)
            if matches!(
                name,
                FieldName::Feature | FieldName::Description | FieldName::DeclarantRole
            ) =>
        {
            let raw = fold(raw);
            fold(text).split_whitespace().all(|word| raw.contains(word))
        }
        Value::Entity { id: None, .. } | Value::Text(_) | Value::YesNo(_) => true,
    }
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

/// A line of a form or a sentence, grown from labels, numbers, dates and noise.
fn statement() -> impl Strategy<Value = String> {
    let of = |words: &'static str| {
        proptest::sample::select(words.split('|').map(str::to_owned).collect::<Vec<_>>())
    };
    let label = of(
        "Téléphone|N° de tél|Entité concernée (Samu de Nantes, ...)|Environnement concerné : formation, production ?|\
        Nombre d'utilisateurs|Date et heure de début|Utilisateur concerné|Fonctionnalité|Description|Reproductible|\
        Pré-requis vérifiés|Déclarant|Fonction|Adresse mail|1)|2.|3 -|- Début",
    );
    let separator = of(" : |:|\u{a0}: | - |\t|\n|\n\n| = |… | ");
    let number = (0_u32..100, 0_u32..100, 0_u32..100)
        .prop_map(|(a, b, c)| format!("02 61 91 {a:02} {b:02} ou 06.39.98.{b:02}.{c:02}"));
    let moment =
        (1_u32..29, 1_u32..13, 0_u32..24, 0_u32..60).prop_map(|(day, month, hour, minute)| {
            format!("le {day:02}/{month:02} à {hour}h{minute:02}")
        });
    let amount = (0_u32..40, 0_u32..60)
        .prop_map(|(a, b)| format!("{a} à {b} postes, {a} ARM + {b} médecins"));
    let word = of(
        "SAMU 44|SAMU de la Vienne|ARS Bretagne|production|pas en formation|en prod|hier soir|ce matin vers 9h|depuis lundi|\
        il y a 2 heures|Mme Zoé Garnier, ARM|moi-même|tous les postes|une dizaine|une fois sur deux|oui|non|je ne sais pas|...|\
        la cartographie est figée|impossible d'ouvrir l'onglet Planning|erreur 500|p.roy@ch.example|voir capture|à chaque fois",
    );
    let answer = prop_oneof![
        number,
        moment,
        amount,
        word,
        "[0-9 ./:+-]{0,14}",
        "\\PC{0,10}"
    ];
    let answers = proptest::collection::vec(answer, 0..4).prop_map(|answers| answers.join(" "));
    let start = of("|> |>> |- |* |• |\u{a0}|\t");
    let sentence =
        of("Depuis |Nous sommes |Joignable au |Cela touche |Bonjour, |Cordialement,\n|PS : |Le ");
    prop_oneof![
        3 => (start.clone(), label, separator, answers.clone()).prop_map(|(a, b, c, d)| format!("{a}{b}{c}{d}")),
        2 => (start, sentence, answers).prop_map(|(a, b, c)| format!("{a}{b}{c}.")),
        1 => piece(),
    ]
}

/// Wraps lines as HTML of clients does, well or badly closed.
fn page(lines: &[String], tag: &str) -> String {
    let mut html = String::new();
    for line in lines {
        let line = line.replace('&', "&amp;").replace('<', "&lt;");
        let cells = line.replacen(" : ", "</td><td>", 1).replace('\n', "<br>");
        html += &tag.replace('#', if tag.contains("td") { &cells } else { &line });
    }
    html
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, rng_seed: RngSeed::Fixed(24), failure_persistence: None, ..ProptestConfig::default() })]

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

    #[test]
    fn what_declarations_are_made_of_is_read_again_from_its_evidence(
        subject in statement(),
        lines in proptest::collection::vec(statement(), 0..14),
        tag in proptest::sample::select(vec![
            "", "<p>#</p>", "#<br>", "<tr><td>#</td></tr>", "<div>#", "<p><b>#</p>", "<blockquote type=cite>#</blockquote>",
            "<s>#</s>#", "<li>#", "<span style='color:red'>#</span>",
        ]),
    ) {
        let subject = subject.replace(['\n', '\r', '\t'], " ");
        let (kind, body) = if tag.is_empty() { ("plain", lines.join("\n")) } else { ("html", page(&lines, tag)) };
        let raw = format!(
            "From: Paul Roy <p.roy@ch.example>\r\nSubject: {subject}\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n\
             Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}"
        );
        check(raw.as_bytes())?;
    }

    #[test]
    fn any_text_is_read_as_body_and_as_html(text in "\\PC{0,400}", html in any::<bool>()) {
        let kind = if html { "html" } else { "plain" };
        let raw = format!(
            "Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}"
        );
        check(raw.as_bytes())?;
    }

    #[test]
    fn any_bytes_are_read_as_body_in_any_charset(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        charset in proptest::sample::select(vec!["utf-8", "iso-8859-1", "utf-7", "utf-16", "iso-2022-jp", "x-unknown", "gb18030", "macintosh", "hz"]),
        encoding in proptest::sample::select(vec!["8bit", "quoted-printable", "base64"]),
        html in any::<bool>(),
    ) {
        let kind = if html { "html" } else { "plain" };
        let mut raw = format!(
            "Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
        )
        .into_bytes();
        raw.extend(bytes);
        check(&raw)?;
    }
}
