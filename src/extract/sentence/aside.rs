//! What makes a sentence an aside: introductions, politeness, closed matters, numbers to call.

use super::super::person::{is_given, is_role};
use super::super::token::Tokens;
use crate::extract::feature::names_one;
use crate::extract::lexicon::{is_one_of, mentions};
use crate::text::Folded;

/// « Je suis Claire, ARM au SAMU 44. »
pub(super) fn introduces(words: &str) -> bool {
    let folded = crate::text::fold(words);
    let mut said = folded.split_whitespace();
    let first = (said.next(), said.next());
    let second_capital = words
        .split_whitespace()
        .nth(2)
        .is_some_and(|word| word.starts_with(char::is_uppercase));
    // « c le cas chez moi », « c ke sur mon poste » present nobody.
    const NOBODY: &str = "et|aussi|seul|seule|uniquement|seulement|ainsi|non|le|la|les|l|un|une|pas|plus|ke|que|k|q|encore|toujours|tjs|tjrs|pareil|bloque|urgent|depuis|sur|chez|pour|pr|la-meme|idem|bizarre|chiant|penible|arrive|quoi|quand|comme|tout|tt|ca|a|en|trop|tres|vraiment|impossible";
    // « c est pareil sur tous les postes » presents nobody, « c est Marie » does.
    let third = folded.split_whitespace().nth(2).unwrap_or_default();
    let third = third.trim_matches(|c: char| !c.is_alphanumeric());
    let presents = |second: &str| {
        second != "est"
            || is_given(third)
            || is_one_of("mme|mr|m|dr|docteur|madame|monsieur|pr", third)
    };
    matches!(first, (Some("c" | "cest" | "moi"), Some(second)) if !is_one_of(NOBODY, second) && presents(second) && second.starts_with(char::is_alphabetic))
        || matches!(
            first,
            (Some("je"), Some("m'appelle"))
                | (Some("my"), Some("name"))
                | (Some("i"), Some("write" | "work"))
                | (Some("this"), Some("is"))
                | (Some("slt" | "bjr"), Some("c" | "ici" | "moi"))
        )
        || matches!(first, (Some("je"), Some("suis")) | (Some("i"), Some("am")))
            && (second_capital || is_job(words, 2))
        || matches!(
            first.0,
            Some("sono" | "soy" | "suis" | "chui" | "chuis" | "jsuis")
        ) && is_job(words, 1)
        || matches!(first.0, Some("ici"))
            && words
                .split_whitespace()
                .nth(1)
                .is_some_and(|word| word.starts_with(char::is_uppercase))
}

/// « …, c'est réglé, n'en parlons plus »: another matter, told and done.
pub(super) fn closed(words: &str) -> bool {
    const HELPED: &str = "avait depann|aviez depann|avez depann|avait regle|aviez regle|avez regle|avait resolu|aviez resolu|avez resolu|avait corrige|aviez corrige|avait aide|aviez aide|avez aide|avais eu|avions eu|avait eu|avais ecrit|avions ecrit|avais declare|avions declare|avais signale|avions signale|avait ete resolu|avait ete regle";
    let words = crate::text::fold(words);
    // « Suite au petit incident de mardi (dossier clos), je reviens vers vous pour tout autre chose »
    const SETTLED: &str = " clos|cloture|resolu|regle|suite a |suite au |merci|depanne|repare";
    const OTHER: &str =
        "autre chose|un autre sujet|un autre souci|un autre probleme|un autre point";
    let tail: String = words.chars().rev().take(40).collect();
    let tail: String = tail.chars().rev().collect();
    if mentions(OTHER, &tail) && mentions(SETTLED, &words) {
        return true;
    }
    if words.split(',').next_back().is_some_and(|last| {
        mentions("c'est autre chose|autre chose cette fois|rien a voir|un autre sujet|un autre souci|un autre probleme|different cette fois", last)
    }) && mentions(HELPED, &words)
    {
        return true;
    }
    [
        "n'en parlons plus",
        "n'y reviens pas",
        "n'y revenons pas",
        "ca n'a rien a voir",
        "ce n'est pas le sujet",
        "c'est un autre sujet",
        "deja regle",
        "c'est regle depuis",
        "avait ete regle",
        "avait ete corrige",
        "a ete corrige depuis",
        "inutile de revenir",
    ]
    .iter()
    .any(|cue| words.contains(cue))
}

/// « J'espère que vous allez bien depuis … », « j'ai bien noté que … »: no report, however long.
pub(super) fn polite(words: &str) -> bool {
    let words = crate::text::fold(words);
    [
        "j'espere que vous",
        "je vais essayer de rester",
        "je reste courtois",
        "excusez",
        "scus",
        "desole pour",
        "desolee pour",
        "desole de",
        "desolee de",
        "desole d'",
        "desolee d'",
        "dsl pr",
        "dsl pour",
        "pardon pour",
        "pardon de ",
        "mes excuses",
        "toutes mes excuses",
        "navre de",
        "navree de",
        "excuse my",
        "please excuse",
        "sorry",
        "rien d'urgent",
        "rien de grave",
        "pas urgent",
        "pas d'urgence",
        "aucune urgence",
        "ce n'est pas urgent",
        "ce n'est pas une urgence",
        "nous esperons que vous",
        "j'ai bien note",
        "par ailleurs j'ai bien",
        "je me permets de vous ecrire car je ne sais",
    ]
    .iter()
    .any(|start| words.starts_with(start))
}

/// « Je suis chargée de mission à l'ARS », « I am the on-site IT engineer »
fn is_job(words: &str, from: usize) -> bool {
    let tokens = Tokens::new(words);
    let at = if tokens.among(from, "un|une|le|la|l|the|a|an") {
        from + 1 + usize::from(tokens.sign(from + 1, b'\''))
    } else {
        from
    };
    (at..at + 4).any(|at| is_role(&tokens, at))
}

/// Words that report a fault whatever else the sentence says.
pub(super) fn strong(words: &str) -> bool {
    let words = crate::text::fold(words);
    const STRONG: &str = "inaccessible|indisponible|erreur|bloque|fige|plante|en panne|impossible|ne marche|marche pas|\
        marche plus|ne fonctionne|fonctionne plus|s'affiche|disparu| hs|bug|plus de |refus";
    mentions(STRONG, &words)
}

/// « pour un autre sujet », « je profite de ce fil »: the subject line is of something else.
pub(crate) fn is_another_matter(folded: &str) -> bool {
    const CUES: &str = "autre sujet|signaler autre chose|declarer autre chose|pour autre chose|rien a voir avec l'objet|rien a voir avec le sujet|rien a voir avec ce fil|sans rapport avec l'objet|profite de ce fil|profite de cet echange|profite de ce mail|ne tenez pas compte de l'objet|ignorez l'objet|different de l'objet|another matter|different issue|different subject";
    mentions(CUES, folded)
}

/// « poste 2214 »: where somebody is to be called.
pub(super) fn extension(words: &str) -> bool {
    let folded = crate::text::fold(words);
    folded
        .split("poste ")
        .skip(1)
        .any(|rest| rest.bytes().take_while(u8::is_ascii_digit).count() >= 3)
}

/// The most digits in one number that may be called, blanks and points between them. « Le dossier
/// 2026-0312-00441 » is none: such numbers begin with a year.
pub(super) fn longest_number(words: &str) -> usize {
    let mut longest = 0;
    let mut run = String::new();
    for c in words.chars().chain(std::iter::once('|')) {
        match c {
            '0'..='9' => run.push(c),
            ' ' | '.' | '-' | '\u{a0}' | '+' | '(' | ')' | '\u{202f}' => {}
            _ => {
                let overseas = ["262", "269"].iter().any(|code| run.starts_with(code));
                if overseas || !run.starts_with(['1', '2']) {
                    longest = longest.max(run.len());
                }
                run.clear();
            }
        }
    }
    longest
}

/// « Deux choses : », « J'ai trois points à signaler : »: what follows tells.
pub(super) fn announces(words: &str) -> bool {
    const THINGS: &str = "choses|points|soucis|problemes|incidents|bugs|anomalies|sujets|elements|details|things|issues|problems|voici|suivant|suivante|suivants";
    let words = words.trim_end();
    let folded = crate::text::fold(words);
    let length = folded.split_whitespace().count();
    // « Deux choses pour le SAMU 18, désolée je mets tout dans le même message : »
    let counted = || {
        let mut said = folded.split_whitespace();
        let many = said.next().unwrap_or_default();
        let thing = said.next().unwrap_or_default();
        is_one_of("deux|trois|quatre|2|3|4|plusieurs|two|three", many)
            && is_one_of(THINGS, thing.trim_matches(|c: char| !c.is_alphanumeric()))
    };
    words.ends_with(':') && (length <= 8 && mentions(THINGS, &folded) || length <= 18 && counted())
}

/// « Veuillez trouver ci-joint la fiche complétée », « Fiche remplie en pièce jointe »: the words tell
/// only where the declaration is.
pub(super) fn attaches_form(words: &str) -> bool {
    const FORMS: &str = "fiche|formulaire|declaration|bordereau|questionnaire|form ";
    const JOINED: &str = "ci-joint|ci joint|piece jointe|en pj|joint|jointe|attache|attached|enclosed|vous trouverez";
    let words = crate::text::fold(words);
    words.split_whitespace().count() <= 30
        && mentions(FORMS, &words)
        && mentions(JOINED, &words)
        && !names_one(&Folded::new(&words))
        && mentions(
            "rempli|complete|renseigne|trouver|trouverez|voici|ci-joint|ci joint|filled|completed|signalement",
            &words,
        )
        && !mentions(
            "ne s'|ne se|n'est|ne part|n'arrive|impossible|bloque|erreur|disparu|disparait|vide",
            &words,
        )
}

/// « On devrait pouvoir rappeler d'un clic »: what ought to be, though it speaks of calls.
pub(super) fn ought(words: &str) -> bool {
    const OUGHT: &str = "devrait pouvoir|devrions pouvoir|devraient pouvoir|doit pouvoir|doivent pouvoir|devrait permettre|devrait proposer|on attend |on attendait|nous attendons que|on s'attend|should be able|should ";
    mentions(OUGHT, &crate::text::fold(words))
}
