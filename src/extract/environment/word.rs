//! Which words name an environment, and which of them running text means: « formation » is a
//! course as often as an environment.

use crate::domain::field::Environment;
use crate::extract::token::{Kind, Tokens};

/// What the portal is called.
pub(super) const PORTAL: &str = "base|bases|environnement|env|envt|portail|plateforme|plate|version|site|appli|application|systeme|\
    system|si|outil|serveur|instance|mode|interface|logiciel|espace|platform|environment|portal|server|samu|forme|console|prod|\
    production|url|adresse|lien|contexte";
/// Behind an environment: that it is spared.
const SPARED: &str = "non concernee|pas concernee|non impactee|pas impactee|non touchee|pas touchee|n est pas concernee|n est pas touchee|n est pas impactee|not affected|not concerned";
/// A word or phrase at `at` that names an environment: where it ends, which, and whether it is
/// meant whatever stands around it.
pub(super) fn word(tokens: &Tokens, at: usize) -> Option<(usize, Environment, bool)> {
    use Environment::{Production, Training};
    let word = tokens.word(at);
    let last = |back: usize| at.checked_sub(back).map_or("", |at| tokens.word(at));
    let portal = |back: usize| at >= back && tokens.among(at - back, PORTAL);
    // « base de formation », « plateforme d'entraînement »
    let of_portal = portal(1)
        || tokens.is(at.wrapping_sub(1), &["de", "d"]) && portal(2)
        || at >= 3 && tokens.sign(at - 1, b'\'') && last(2) == "d" && portal(3);
    let next = tokens.skip_joints(at + 1);
    let portal_next = tokens.among(next, PORTAL);
    let led = |words: &[&str]| words.contains(&last(1));
    Some(match word {
        "prod" | "production" | "prd" => {
            let made = tokens.among(at.wrapping_sub(1), "en")
                && matches!(
                    last(2),
                    "mise" | "mises" | "passage" | "passe" | "mettre" | "mis"
                )
                || matches!(last(1), "mise" | "mises")
                || last(1) == "de" && matches!(last(2), "cours" | "ligne" | "chaine")
                || word == "production"
                    && tokens.is(at + 1, &["de", "d", "des", "du"])
                    && led(&["la", "une", "notre", "sa", "leur"])
                    && !matches!(last(2), "sur" | "en" | "dans" | "est" | "de");
            (at + 1, Production, !made)
        }
        "produktion"
        | "produktiv"
        | "produktivsystem"
        | "produktionssystem"
        | "produktivumgebung"
        | "produktionsumgebung"
        | "echtbetrieb"
        | "echtsystem"
        | "livesystem"
        | "produzione"
        | "produccion"
        | "producao"
        | "productie" => (at + 1, Production, true),
        "productif" | "productive" | "productifs" => (at + 1, Production, of_portal || portal_next),
        "schulungssystem" | "schulungsumgebung" | "testsystem" | "testumgebung" => {
            (at + 1, Training, true)
        }
        "formazione" | "formacion" | "schulung" | "entrenamiento" | "addestramento" => {
            (at + 1, Training, of_portal || portal_next)
        }
        "reel" | "reels" | "reelle" | "reelles" => {
            let real = led(&["en", "conditions", "condition", "situation", "exploitation"])
                || portal(1)
                || led(&[
                    "appel",
                    "appels",
                    "intervention",
                    "interventions",
                    "dossier",
                    "dossiers",
                    "patients",
                ])
                || led(&["du", "le"]) && matches!(last(2), "sur" | "est" | "dans" | "c" | "cest");
            (at + 1, Production, real && last(1) != "temps")
        }
        "vrai" | "vraie" | "vrais" | "vraies" => {
            let real = portal_next && tokens.among(next, "base|environnement|portail|plateforme|plate|version|site|appli|application|systeme|outil|serveur|prod|production|si|samu|env");
            let call = tokens.among(
                next,
                "appels|appel|urgences|interventions|affaires|regulation|patients|patient|gardes|dossiers",
            );
            let plain = last(1) == "du" && matches!(last(2), "est" | "etait" | "c" | "cest")
                || last(1) == "en"
                    && matches!(last(2), "bosse" | "travaille" | "bossons" | "travaillons");
            (
                at + 1,
                Production,
                real || call
                    || plain
                    || named_real(tokens, at)
                    || last(1) == "de" && last(2) == "pour",
            )
        }
        "real" => {
            // « environment: real », « real, not school »
            let said = portal(1) || tokens.sign(at.wrapping_sub(1), b':') && portal(2);
            let apart = tokens.sign(at + 1, b',') && tokens.among(at + 2, "not|pas|no");
            if !(portal_next || said || apart || tokens.is(next, &["thing", "one"])) {
                return None;
            }
            (at + 1, Production, true)
        }
        "live" => {
            // « sometimes it's ok. live. no idea about prereq »
            let alone = tokens.sign(at.wrapping_sub(1), b'.') && tokens.sign(at + 1, b'.');
            (
                at + 1,
                Production,
                led(&["en", "on", "in"]) || portal_next || alone,
            )
        }
        "exploitation" => {
            if matches!(last(2), "systeme" | "systemes")
                || matches!(last(3), "systeme" | "systemes")
            {
                return None;
            }
            (at + 1, Production, of_portal || led(&["en"]))
        }
        "operationnel" | "operationnelle" | "officiel" | "officielle" => {
            (at + 1, Production, portal(1))
        }
        "normal" | "normale" | "courant" | "courante" | "quotidien" | "habituel" | "habituelle"
            if portal(1) && tokens.ends_line(at + 1) || portal(1) && tokens.sign(at + 1, b',') =>
        {
            (at + 1, Production, false)
        }
        "tous" if last(1) == "de" => (tokens.phrase(at, "tous les jours")?, Production, portal(2)),
        "formation" | "formations" | "form" => (
            at + 1,
            Training,
            of_portal
                || is_shown(tokens, at)
                || portal_next
                || in_training(tokens, at) && !is_course(tokens, at)
                || tokens.any_phrase(at + 1, SPARED).is_some(),
        ),
        "ecole" => (
            at + 1,
            Training,
            of_portal || portal_next || led(&["en", "mode"]),
        ),
        "bac" => (tokens.phrase(at, "bac a sable")?, Training, true),
        "sandbox" => (at + 1, Training, true),
        "school" if portal_next || led(&["not", "no", "or"]) => (at + 1, Training, true),
        "test" if portal_next && led(&["the", "on", "our", "not"]) => (at + 1, Training, true),
        "training" => (
            at + 1,
            Training,
            portal_next || led(&["on", "the", "not"]) || tokens.among(next, "only|one|side"),
        ),
        "entrainement" | "demo" | "demonstration" | "simulation" | "simulateur" | "pedagogique"
        | "exercice" | "exercices" | "apprentissage" | "stagiaires" => {
            if word == "stagiaires" && !of_portal {
                return None;
            }
            // « ce n'est pas un exercice », « pas de l'exercice »
            let drill = word == "exercice"
                && (led(&["un"]) && last(2) == "pas"
                    || (at.saturating_sub(4)..at).any(|near| {
                        tokens
                            .phrase(near, "pas de l")
                            .is_some_and(|end| tokens.skip_joints(end) == at)
                    }));
            let mode = led(&["en"]) && matches!(word, "simulation" | "entrainement" | "demo");
            let seat = word == "simulateur"
                && led(&["au"])
                && matches!(last(2), "seance" | "session" | "exercice" | "scenario");
            (at + 1, Training, of_portal || drill || mode || seat)
        }
        "cesu"
            if portal(1)
                && tokens.among(
                    at - 1,
                    "base|plateforme|environnement|env|version|instance|serveur",
                ) =>
        {
            (at + 1, Training, true)
        }
        "test" | "tests" | "recette" if of_portal && !led(&["samu", "outil"]) => {
            (at + 1, Training, true)
        }
        _ => return None,
    })
}

/// « le système vrai », « la base vraie »: the adjective behind the portal's name.
fn named_real(tokens: &Tokens, at: usize) -> bool {
    at >= 2
        && tokens.among(
            at - 1,
            "base|environnement|portail|plateforme|plate|site|systeme|outil|serveur",
        )
        && tokens.among(at - 2, "le|la|l|du|au|notre|votre|\u{27}")
}

/// « l'environnement « Formation » », « le bandeau « FORMATION » »: quoted behind the portal's name or
/// what its screen shows.
fn is_shown(tokens: &Tokens, at: usize) -> bool {
    const SHOWN: &str = "bandeau|banniere|bandeaux|mention|etiquette|filigrane|banner";
    at >= 2
        && tokens.sign(at - 1, b'"')
        && tokens.sign(at + 1, b'"')
        && (tokens.among(at - 2, PORTAL)
            || (at.saturating_sub(4)..at - 1).any(|near| tokens.among(near, SHOWN)))
}

/// « la formation du 24 mars est décalée », « la formation prévue jeudi »: a course.
fn is_course(tokens: &Tokens, at: usize) -> bool {
    let dated = tokens.among(at + 1, "du|de|des")
        && (tokens.number(at + 2, 2).is_some()
            || tokens.among(at + 2, "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|fevrier|mars|avril|mai|juin|juillet|septembre|octobre|novembre|decembre|nos|nouveaux|nouvelles|arm|rentree|base|l"));
    tokens.among(at.wrapping_sub(1), "la|une|cette")
        && !tokens.among(at + 2, PORTAL)
        && (dated
            || tokens.among(at + 1, "prevue|initiale|continue|interne|annulee|reportee|decalee|suivie|recue|aux|au|obligatoire|complementaire")
            || tokens.among(at + 1, "est|a|sera|aura|etait|qui")
                && tokens.among(at + 2, "prevue|decalee|reportee|annulee|programmee|eu|ete|lieu|commence|terminee|maintenue|confirmee"))
}

/// « en formation », « sur la formation », « c'est la formation »: not the course that somebody
/// attends.
fn in_training(tokens: &Tokens, at: usize) -> bool {
    let last = |back: usize| at.checked_sub(back).map_or("", |at| tokens.word(at));
    match last(1) {
        "en" => {
            let sign =
                at >= 2 && !matches!(tokens.get(at - 2).map(|token| token.kind), Some(Kind::Word));
            let course = matches!(
                last(2),
                "stagiaire"
                    | "stagiaires"
                    | "collegue"
                    | "collegues"
                    | "agent"
                    | "agents"
                    | "arm"
                    | "arms"
                    | "personnel"
                    | "parti"
                    | "partie"
                    | "partis"
                    | "parties"
                    | "suis"
                    | "sont"
                    | "etais"
                    | "etait"
                    | "etaient"
                    | "etions"
                    | "pars"
                    | "serai"
                    | "sera"
                    | "seront"
                    | "actuellement"
                    | "nouveaux"
                    | "nouveau"
                    | "nouvelle"
                    | "nouvelles"
                    | "eleve"
                    | "eleves"
                    | "etudiant"
                    | "etudiants"
                    | "interne"
                    | "internes"
                    | "medecins"
                    | "medecin"
                    | "infirmiers"
                    | "infirmieres"
                    | "gens"
                    | "personnes"
                    | "absent"
                    | "absente"
                    | "encore"
                    | "ete"
                    | "envoye"
            ) || last(2) == "est"
                && !matches!(last(3), "c" | "on")
                && !tokens.sign(at.wrapping_sub(3), b'\'');
            sign || !course
        }
        "la" if last(2) == "de" => last(3) == "agit",
        "la" => matches!(
            last(2),
            "sur" | "est" | "pas" | "dans" | "non" | "que" | "utilise" | "utilisons"
        ),
        "sur" | "est" | "env" | "pas" | "de" if matches!(last(1), "sur" | "env") => true,
        "environnement" => true,
        _ => false,
    }
}
