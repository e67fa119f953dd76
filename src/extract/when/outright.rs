//! What words right beside a time say outright: that it began then, that all is well since, that the
//! ticket was completed.

use super::super::lexicon::mentions;
use super::Role;

/// What says behind a time that it began then.
const BEGAN_THERE: [&str; 8] = [
    "c'est la que ca a commence",
    "c'est la que cela a commence",
    "c'est la que tout a commence",
    "c'est la que c'est apparu",
    "c'est a ce moment la que ca a commence",
    "c'est a ce moment que ca a commence",
    "c'etait le debut",
    "ca a commence la",
];
/// What was sent to support, before the time when it was.
const COMPLETED: &str = "complete par|completee par|completes par|complete de notre|completee de notre|renseigne par nos|renvoye par|envoye par nos|transmis par nos|fournis par nos|fourni par nos";

/// The role of a time of which the folded words say it outright: `before` and `after` are those of its
/// sentence, `since` is where « depuis » stands in `before`, `clause` its own clause before it.
pub(super) fn told_outright(
    before: &str,
    since: Option<usize>,
    clause: &str,
    after: &str,
) -> Option<(Role, f32)> {
    // « depuis 4h c'est rentré dans l'ordre », « ça remarche depuis 4h »
    let well = since.is_some_and(|since| {
        before.len() - since < 12 && is_well_since(&before[..since], next_clause(after))
    });
    if well {
        return Some((Role::Other, 0.12));
    }
    // « hier vers 21h, c'est là que ça a commencé »
    let behind = after.trim_start_matches([',', ' ', '(', ':', '-']);
    if BEGAN_THERE.iter().any(|there| behind.starts_with(there)) {
        return Some((Role::Start, 0.4));
    }
    // « dossier complété par nos soins vendredi à 14h »: what was sent to support.
    mentions(COMPLETED, clause).then_some((Role::Other, 0.12))
}

/// The clause right behind a time.
fn next_clause(after: &str) -> &str {
    after
        .split(|c: char| matches!(c, ',' | ';' | '(') || c.is_ascii_digit())
        .next()
        .unwrap_or_default()
}

/// « depuis 4h c'est rentré dans l'ordre », « ça remarche depuis 4h »: since when all is well again, by the
/// words before « depuis » and those behind the time.
fn is_well_since(lead: &str, after: &str) -> bool {
    const AGAIN: [&str; 22] = [
        "c'est rentre dans l'ordre",
        "tout est rentre dans l'ordre",
        "est rentre dans l'ordre",
        "c'est revenu a la normale",
        "tout est revenu",
        "c'est revenu",
        "ca remarche",
        "tout remarche",
        "ca refonctionne",
        "tout refonctionne",
        "ca marche a nouveau",
        "ca marche de nouveau",
        "ca fonctionne a nouveau",
        "ca fonctionne de nouveau",
        "c'est bon a nouveau",
        "tout va bien",
        "c'est retabli",
        "tout est retabli",
        "est retabli",
        "c'est reparti",
        "plus aucun souci",
        "plus de souci",
    ];
    let clause = lead.rsplit([',', ';', '.']).next().unwrap_or(lead).trim();
    let after = after.trim_start();
    AGAIN
        .iter()
        .any(|again| after.starts_with(again) || clause.ends_with(again))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_no_start_and_what_began_there_is() {
        let told = |before: &str, after: &str| {
            let since = before.rfind("depuis");
            told_outright(before, since, before, after).map(|(role, _)| role)
        };
        for (before, after, role) in [
            ("depuis ", " c'est rentre dans l'ordre", Some(Role::Other)),
            ("ca remarche depuis ", "", Some(Role::Other)),
            ("depuis ", " tout est retabli", Some(Role::Other)),
            (
                "le dossier a ete complete par nos soins ",
                "",
                Some(Role::Other),
            ),
            (
                "il l'avait eu ",
                ", c'est la que ca a commence",
                Some(Role::Start),
            ),
            ("vu ", " : c'etait le debut", Some(Role::Start)),
            ("la carte est figee depuis ", "", None),
            ("depuis ", " rien n'est retabli", None),
        ] {
            assert_eq!(told(before, after), role, "{before}…{after}");
        }
    }
}
