//! Labels inside running text: the published form in one paragraph, its lines run together and its
//! labels broken at the end of a line.

use super::Hit;
use crate::domain::form::{Form, LabelName, Separator};
use crate::mail::Body;

/// Adds the labels that begin with a capital in the middle of a line and have a colon or a question
/// mark behind them, where at least three different ones stand like that. `hits` are in the order
/// of their place afterwards.
pub(super) fn find(form: &Form, body: &Body, voices: &[Option<bool>], hits: &mut Vec<Hit>) {
    let mut found: Vec<Hit> = Vec::new();
    for (number, line) in body.lines.iter().enumerate() {
        if found.len() >= super::MOST_HITS {
            break;
        }
        if voices[number] != Some(true) {
            continue;
        }
        // A label may go on in the line below.
        let below = body.lines.get(number + 1);
        let goes_on = below.filter(|_| voices.get(number + 1) == Some(&Some(true)));
        let end = goes_on.map_or(line.span.end, |next| next.span.end);
        let end = body
            .text
            .floor_char_boundary(end.min(line.span.start + crate::extract::LONGEST_READ));
        let Some(text) = body.text.get(line.span.start..end) else {
            continue;
        };
        let text = text.replace(['\n', '\r'], " ");
        let length = line.span.len().min(text.len());
        for at in capitals(&text, length) {
            let start = line.span.start + at;
            if found.len() >= super::MOST_HITS {
                break;
            }
            let known = |hit: &Hit| start >= hit.start && start < hit.answer;
            if hits.iter().chain(&found).any(known) {
                continue;
            }
            let Some(hit) = form.labels().as_written(&text[at..]) else {
                continue;
            };
            let clear = matches!(hit.separator, Separator::Colon | Separator::Question)
                && !hit.weak
                && !hit.loose
                && hit.name != LabelName::Other;
            // At the start of a line only a label that goes on below it is new.
            let broken = at + hit.answer > length;
            if !clear || (at == 0 && !broken) {
                continue;
            }
            let answer = start + hit.answer;
            found.push(Hit {
                line: if broken { number + 1 } else { number },
                start,
                answer,
                name: hit.name,
                separator: Separator::Colon,
                weak: false,
                loose: true,
                first: false,
                numbered: false,
                own: true,
                running: true,
            });
        }
    }
    let mut names: Vec<LabelName> = Vec::new();
    for hit in &found {
        if !names.contains(&hit.name) {
            names.push(hit.name);
        }
    }
    if names.len() >= 3 {
        hits.retain(|hit| {
            !found
                .iter()
                .any(|other| hit.start >= other.start && hit.start < other.answer)
        });
        hits.append(&mut found);
        hits.sort_by_key(|hit| hit.start);
    }
}

/// Where words begin with a capital within the first `length` bytes, behind a blank or at the start.
fn capitals(text: &str, length: usize) -> impl Iterator<Item = usize> + '_ {
    let mut blank = true;
    text.char_indices()
        .take_while(move |(at, _)| *at < length)
        .filter_map(move |(at, c)| {
            let begins = blank && c.is_uppercase();
            blank = c.is_whitespace();
            begins.then_some(at)
        })
}

#[cfg(test)]
mod tests {
    use crate::domain::field::{FieldName, Value};
    use crate::domain::form::Form;
    use crate::extract::{Context, extract};
    use crate::mail::Email;

    fn read(body: &str) -> crate::domain::declaration::Declaration {
        let raw = format!(
            "From: Louise Marin <l.marin@ch.example>\nTo: support@support.invalid\n\
             Subject: Incident\nDate: Mon, 23 Nov 2026 11:00:00 +0100\n\
             Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n"
        );
        let context = Context {
            received_at: chrono::DateTime::UNIX_EPOCH,
            own_addresses: &[],
            mark: "INC",
            key: None,
        };
        extract(&Email::parse(raw.as_bytes()), Form::si_samu(), &context)
    }

    #[test]
    fn a_label_that_is_set_apart_needs_no_colon() {
        let read = read(
            "Bonjour,\n - *Structure* SAMU 21\n - *Impact* 4\n - *Env* prod\n - *Pré-requis* OK\n\
             - *Détail* la carte reste grise",
        );
        for name in [
            FieldName::Entity,
            FieldName::AffectedCount,
            FieldName::Environment,
            FieldName::PrerequisitesChecked,
            FieldName::Description,
        ] {
            assert!(read.fields[name].value().is_some(), "{name:?}");
        }
    }

    #[test]
    fn a_sentence_after_an_everyday_label_is_still_read() {
        for lead in ["Rappel", "Appeler", "Numéro"] {
            let read = read(&format!(
                "{lead} : au SAMU 25, les alertes ne sonnent plus en production depuis ce matin 8h."
            ));
            for name in [FieldName::Entity, FieldName::Environment] {
                assert!(read.fields[name].value().is_some(), "{lead}: {name:?}");
            }
        }
    }

    #[test]
    fn a_list_of_questions_a_box_and_a_number_beside_a_name_are_answers() {
        let said = |body: &str, name: FieldName| read(body).fields[name].value().cloned();
        let list = "QUOI ? la carte reste grise\nOÙ ? cartographie, position 3\n\
            QUAND ? depuis ce matin 8h\nCOMBIEN ? 2\nPOURQUOI ? aucune idée";
        assert!(said(list, FieldName::AffectedCount).is_some());
        let part = Some(Value::Text("cartographie".into()));
        assert_eq!(said(list, FieldName::Feature), part);
        for boxes in [
            "☐ formation ☒ production",
            "[ ] formation [x] production",
            "formation ☐ production ☑",
        ] {
            let body = format!(
                "Entité : SAMU 25\nEnvironnement concerné : {boxes}\nReproductible ? ☐ oui ☒ non"
            );
            let production = crate::domain::field::Environment::Production;
            let expected = Some(Value::Environment(production));
            assert_eq!(said(&body, FieldName::Environment), expected, "{boxes}");
        }
        for name in ["Contact", "Déclarant", "Personne à joindre"] {
            let body =
                format!("Le portail est muet.\n{name} : Paul Roy, ingénieur, 03 53 01 25 10");
            let phone = Some(Value::Phone("+33353012510".into()));
            assert_eq!(said(&body, FieldName::Phone), phone, "{name}");
        }
    }

    #[test]
    fn a_column_of_labels_before_a_column_of_answers_is_a_form() {
        let names = [
            FieldName::Entity,
            FieldName::StartedAt,
            FieldName::Environment,
            FieldName::AffectedCount,
        ];
        for body in [
            "Entité\nDébut\nEnv.\nNb\nSAMU 29\n22/11/2026 08:00\nProd.\n4\nDescription : la carte reste grise.",
            "Bonjour\n\nSAMU\nQuand\nEnvironnement\nCombien\n\nSAMU 29\nhier 8h\nproduction\n3 ARM\n\nLa carte reste grise.",
            "Structure\nDate et heure\nPlateforme\nNombre d'utilisateurs\nSAMU 29\n22/11 à 8h10\nréelle\n12\nLa carte reste grise.",
        ] {
            let read = read(body);
            for name in names {
                assert!(read.fields[name].value().is_some(), "{name:?}: {body}");
            }
        }
    }

    #[test]
    fn the_form_in_one_paragraph_is_read_like_the_form() {
        for body in [
            "Bonjour, Déclarant (nom, prénom et fonction) : Marin Louise, ARM Entité concernée : \
             SAMU 25 Utilisateur concerné : toute la salle Numéro de téléphone : 03 53 01 25 10 \
             Environnement concerné : production Nombre d'utilisateurs impactés : 5 Description \
             détaillée de l'incident : la carte reste grise. L'incident peut-il être reproduit ? Non",
            "Déclarant : Marin Louise, ARM Entité concernée : SAMU 25 Numéro de\n\
             téléphone : 03 53 01 25 10 Environnement concerné : production Nombre\n\
             d'utilisateurs impactés : 5 Description détaillée de l'incident : la carte\n\
             reste grise. L'incident peut-il être reproduit ? Non",
            "Déclarant : Marin Louise, ARM. Entité : SAMU 25. Téléphone : 03 53 01 25 10. \
             Environnement : production. Nombre d'utilisateurs : 5. Description : la carte reste \
             grise. Reproductible : non",
        ] {
            let read = read(body);
            let said = |name: FieldName| read.fields[name].value().cloned();
            let phone = Some(Value::Phone("+33353012510".into()));
            assert_eq!(said(FieldName::Phone), phone, "{body}");
            for name in [
                FieldName::Entity,
                FieldName::Environment,
                FieldName::AffectedCount,
                FieldName::Reproducible,
            ] {
                assert!(said(name).is_some(), "{name:?}: {body}");
            }
            let Some(Value::Text(told)) = said(FieldName::Description) else {
                panic!("no description: {body}");
            };
            assert!(told.contains("la carte"), "{told}");
            assert!(
                !told.contains("reproduit") && !told.contains("Nombre"),
                "{told}"
            );
        }
    }
}
