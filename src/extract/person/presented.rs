//! How who passes a report on presents its author: « remonté par notre ARM de nuit ».

use super::super::count::company;
use super::super::token::{Kind, Tokens, phrase};
use super::role;
use std::ops::Range;

/// The job of the author whose words are passed on, and its bytes: « le mot de l'interne »,
/// « une demande d'une de nos ARM ».
#[must_use]
pub fn presented(text: &str) -> Option<(String, Range<usize>)> {
    let tokens = Tokens::new(text);
    (0..tokens.len()).find_map(|at| {
        let next = phrase!(
            tokens,
            at,
            "remonte par|remontee par|signale par|signalee par|signales par|constate par|constatee par|rencontre par|rencontree par|rencontres par|emis par|emise par|releve par|relevee par|rapporte par|rapportee par|decrit par|decrite par|declare par|declaree par|transmis par|transmise par|ecrit par|fait par|observe par|observee par|rencontrent par|\
             mot de|mot d|mot du|message de|message d|message du|mail de|mail d|mail du|demande de|demande d|demande du|souci de|souci d|souci du|probleme de|probleme d|probleme du|signalement de|signalement d|signalement du|incident de|incident d|retour de|retour d|retour du|reported by|raised by|message from|mail from|report from"
        )?;
        let next = tokens.skip_joints(next);
        if let Some((from, end)) = named_with_job(text, &tokens, next) {
            let span = tokens.span(from, end);
            return Some((role::written(text, &span), span));
        }
        let owned = phrase!(
            tokens,
            next,
            "notre|mon|ma|une de nos|un de nos|l une de nos|l un de nos|une de mes|un de mes|une des|un des|une|un|le|la|l|our|my|one of our|the|a"
        );
        // « mail du médecin » has its article in its preposition.
        let from = match owned {
            Some(owned) => tokens.skip_joints(owned),
            None if tokens.is(next - 1, &["du"]) => next,
            None => return None,
        };
        let from = phrase!(tokens, from, "collegue|jeune|nouvelle|nouveau").unwrap_or(from);
        let end = role::role(&tokens, from)?;
        // « le médecin Roy » has a name, which is read elsewhere.
        let named = tokens.get(end).is_some_and(|token| token.kind == Kind::Word)
            && text
                .get(tokens.span(end, end + 1))
                .is_some_and(|word| word.starts_with(char::is_uppercase));
        let span = tokens.span(from, end);
        (!named).then(|| (role::written(text, &span), span))
    })
}

/// « signalement de Rémi (ARM de nuit au SAMU 25) », « mail de Julie Roy, interne »: the job beside
/// the name.
fn named_with_job(text: &str, tokens: &Tokens, at: usize) -> Option<(usize, usize)> {
    let at = phrase!(
        tokens,
        at,
        "notre collegue|ma collegue|mon collegue|my colleague"
    )
    .unwrap_or(at);
    let end = company::name(text, tokens, at)?;
    let signed = tokens.sign(end, b'(') || tokens.sign(end, b',');
    let from = signed.then_some(end + 1)?;
    let from = phrase!(tokens, from, "notre|une|un|le|la|our|the|a").unwrap_or(from);
    Some((from, role::role(tokens, from)?))
}

/// Whether who passes a report on tells how to reach its author: « il reprend ce soir, joignable
/// au … », « vous pouvez la rappeler au … », « son portable : … ».
#[must_use]
pub fn tells_how_to_reach(text: &str) -> bool {
    const THEIRS: &str = "il reprend|elle reprend|il est joignable|elle est joignable|il sera joignable|elle sera joignable|il est dispo|elle est dispo|il est disponible|elle est disponible|il sera la|elle sera la|le joindre|la joindre|le rappeler|la rappeler|le contacter|la contacter|l appeler|le recontacter|la recontacter|rappelez le|rappelez la|appelez le|appelez la|contactez le|contactez la|joignez le|joignez la|son numero|son portable|son tel|son telephone|son mobile|sa ligne|son dect|son poste|ses coordonnees|joignable directement|qui est joignable|he is on|she is on|call him|call her|reach him|reach her|his number|her number";
    const MINE: &str = "me joindre|me rappeler|me contacter|m appeler|rappelez moi|appelez moi|contactez moi|joignez moi|je suis joignable|je reste joignable|mon numero|mon portable|mon tel|ma ligne|call me|reach me|mon poste|je suis dispo|je reste dispo";
    let tokens = Tokens::new(text);
    let theirs = (0..tokens.len()).any(|at| phrase!(tokens, at, THEIRS).is_some());
    theirs && !(0..tokens.len()).any(|at| phrase!(tokens, at, MINE).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_author_of_what_is_passed_on_has_a_job() {
        for (text, told) in [
            (
                "le souci ci-dessous, remonté par notre ARM de nuit.",
                Some("ARM de nuit"),
            ),
            (
                "voir le problème rencontré par une de nos ARM.",
                Some("ARM"),
            ),
            (
                "Je vous recopie le mot de l'interne, désolée",
                Some("interne"),
            ),
            (
                "Suite au mail du médecin régulateur ci-dessous",
                Some("médecin régulateur"),
            ),
            (
                "je vous fais suivre le signalement de Rémi (ARM de nuit au SAMU 25).",
                Some("ARM de nuit"),
            ),
            ("Ci-joint le mail de Julie Roy, interne", Some("interne")),
            (
                "le message de notre collègue Karim (médecin régulateur)",
                Some("médecin régulateur"),
            ),
            (
                "a report from our supervisor, see below",
                Some("supervisor"),
            ),
            ("La demande de renfort est bloquée", None),
            ("Le message de validation ne part plus", None),
            ("remonté par notre informatique", None),
        ] {
            assert_eq!(
                presented(text).map(|(role, _)| role).as_deref(),
                told,
                "{text}"
            );
        }
    }

    #[test]
    fn a_number_may_be_the_authors() {
        for (text, told) in [
            ("Il reprend ce soir, joignable sur le 03 53 01 25 71", true),
            ("Vous pouvez la rappeler au 03 53 01 25 71", true),
            ("Son portable : 06 39 98 25 71", true),
            (
                "Elle est absente, vous pouvez me joindre au 03 53 01 25 71",
                false,
            ),
            ("Je reste joignable, son poste est fermé", false),
        ] {
            assert_eq!(tells_how_to_reach(text), told, "{text}");
        }
    }
}
