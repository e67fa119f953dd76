//! Which words of running text name the production or the training environment.

use super::answer;
use crate::domain::field::Environment;

/// « formation » is a training course as often as an environment: in running text it must be led
/// by a word that says which.
#[must_use]
pub fn is_meant(text: &str, original: &str, named: &answer::Named) -> bool {
    let word = crate::text::fold(&original[named.span.clone()]);
    // The folded text before the word: folding keeps the order, so the prefix folds alike.
    let at = crate::text::fold(&original[..named.span.start]).len();
    let before: Vec<&str> = text[..at.min(text.len())]
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .rev()
        .take(2)
        .collect();
    let last = before.first().copied().unwrap_or_default();
    let after: Vec<&str> = text[at.min(text.len())..]
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .skip(1)
        .take(2)
        .collect();
    // « formation et production »: one names the other.
    let beside = before
        .iter()
        .chain(&after)
        .any(|word| matches!(*word, "prod" | "production"));
    if beside
        && named.which == Environment::Training
        && matches!(word.as_str(), "formation" | "ecole")
    {
        return true;
    }
    match (named.which, word.as_str()) {
        (Environment::Production, "prod" | "production" | "prd") => {
            // « la prod marche »: it is the other that fails.
            let well = after.first().is_some_and(|next| {
                matches!(*next, "marche" | "fonctionne" | "va" | "tourne" | "works")
            });
            !matches!(last, "mise" | "mises") && !well
        }
        (Environment::Production, "reel" | "reels" | "reelle" | "reelles") => matches!(
            last,
            "en" | "environnement"
                | "env"
                | "portail"
                | "plateforme"
                | "base"
                | "version"
                | "conditions"
                | "condition"
                | "situation"
                | "exploitation"
        ),
        (Environment::Production, "live") => {
            last == "en"
                || after.first().is_some_and(|next| {
                    matches!(
                        *next,
                        "system" | "platform" | "environment" | "portal" | "site"
                    )
                })
        }
        (Environment::Training, "bac" | "sandbox" | "ecole" | "training") => {
            word != "ecole"
                || matches!(
                    last,
                    "base" | "environnement" | "portail" | "version" | "samu"
                )
        }
        (Environment::Training, "demonstration" | "demo" | "entrainement" | "simulation") => {
            let nouns = [
                "base",
                "environnement",
                "portail",
                "plateforme",
                "version",
                "site",
            ];
            nouns.contains(&last)
                || matches!(before.as_slice(), ["de" | "d", noun, ..] if nouns.contains(noun))
        }
        (Environment::Training, "formation") => {
            after.first().is_some_and(|next| {
                matches!(*next, "platform" | "environment" | "portal" | "server")
            }) || matches!(
                last,
                "base" | "environnement" | "portail" | "plateforme" | "serveur" | "env" | "en"
            ) || matches!(
                before.as_slice(),
                [
                    "de",
                    "base"
                        | "environnement"
                        | "portail"
                        | "plateforme"
                        | "serveur"
                        | "forme"
                        | "version"
                        | "site"
                        | "env",
                    ..
                ]
            )
        }
        (Environment::Production | Environment::Training, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(text: &str) -> Option<Environment> {
        let folded = crate::text::fold(text);
        answer::environments(text)
            .into_iter()
            .find(|named| is_meant(&folded, text, named))
            .map(|named| named.which)
    }

    #[test]
    fn a_word_names_an_environment_only_beside_one_that_says_so() {
        use Environment::{Production, Training};
        for (text, expected) in [
            (
                "c'est sur la plateforme réelle que ça coince",
                Some(Production),
            ),
            ("sur l'environnement réel", Some(Production)),
            ("every single time, live system", Some(Production)),
            ("on the formation platform only", Some(Training)),
            ("sur la version de démonstration", Some(Training)),
            ("sur la base école", Some(Training)),
            ("la prod marche, elle", None),
            ("la production fonctionne bien", None),
            ("la prod va bien", None),
            ("les durées réelles sont de 5 minutes", None),
            ("la session de formation de mars", None),
            ("pendant la démonstration du fournisseur", None),
        ] {
            assert_eq!(meant(text), expected, "{text}");
        }
    }
}
