//! Whether how often is told of the fault, or of what is expected, done or the same every day.

use crate::extract::lexicon::mentions;

/// « L'alerte devrait sonner à chaque appel », « avant, on l'avait à chaque fois », « ceux que nous
/// consultons chaque matin »: how often something else happens. All are folded; `cue` stands between.
pub(super) fn is_of_the_fault(before: &str, cue: &str, after: &str) -> bool {
    const REBOOTED: &str = "reboot|redemarr|relanc|rebranch|reinstall|eteint|debranch|vide le cache|reconnect|deconnect|restart";
    const EXPECTED: &str = "devrait|devraient|devrions|normalement|avant |auparavant|d'habitude|habituellement|en temps normal|on attend|nous attendons|\
        j'attend|il faudrait|on voudrait|nous voudrions|j'aimerais|on aimerait|souhait|attendu|should|usually|used to|expected|est cense|sont cense|jusqu'ici|\
        jusqu'a present|jusqu'a hier";
    const HABIT: &str = "que nous |que l'on |que je |qu'on |dont nous |dont je ";
    let near = before.ceil_char_boundary(before.len().saturating_sub(160));
    let after_remedy = cue.starts_with("rien") && mentions(REBOOTED, &before[near..]);
    let clause = before[near..]
        .rsplit(['.', '!', '?', ';', '\n', ':'])
        .next()
        .unwrap_or_default();
    let clause = [
        "mais ",
        "maintenant ",
        "desormais ",
        "alors que ",
        "depuis ",
        "au lieu de ",
    ]
    .iter()
    .filter_map(|cut| clause.rfind(cut).map(|at| &clause[at + cut.len()..]))
    .min_by_key(|rest| rest.len())
    .unwrap_or(clause);
    // « tout rebooté, rien n'y fait »: what was done about it.
    if after_remedy {
        return false;
    }
    let expected = EXPECTED
        .split('|')
        .any(|cue| clause.contains(cue.trim_start()) && !clause.contains("alors que"));
    let habit = HABIT.split('|').any(|cue| {
        clause.rfind(cue).is_some_and(|at| {
            let rest = &clause[at + cue.len()..];
            rest.split_whitespace().count() <= 2
                && !rest.contains(',')
                && !clause[..at].ends_with("des ")
        })
    });
    let daily = [
        " matin", " jour", " semaine", " mois", " nuit", " annee", " an ",
    ]
    .iter()
    .any(|cue| after.starts_with(cue));
    let place = [" poste", " utilisateur", " ecran", " agent", " pc"]
        .iter()
        .any(|cue| after.starts_with(cue));
    // « à chaque fois on me dit d'attendre »: what support does.
    const TOLD: &str = "on me dit|on nous dit|on me repond|on nous repond|on me demande|on nous demande|on me renvoie|on nous renvoie|on m'a dit|on m'a repondu|vous me|vous nous";
    let next = after.trim_start().trim_start_matches("fois ");
    let told = TOLD.split('|').any(|cue| next.starts_with(cue));
    !(place
        || expected
        || habit
        || daily
        || told
        || is_duty(clause, cue)
        || is_unchanged(clause, cue, after)
        || calls_us(next))
}

/// « elle doit suivre en continu », « il faut regarder l'écran tout le temps »: what has to go on or
/// to be done, no way of failing; « il faut recharger tout le temps » is one.
fn is_duty(clause: &str, cue: &str) -> bool {
    const LASTING: &str = "en continu|en permanence|tout le temps|tt le temps|tt le tps|tout le tps|ts le tps|ts le temps|constamment|continuellement|permanent|ininterrompu|all the time|constantly|continuously|des que|des qu'";
    const MUST: [&str; 12] = [
        "doit ",
        "doivent ",
        "devons ",
        "dois ",
        "faut ",
        "oblige",
        "obligee",
        "est cense ",
        "sont censes ",
        "sert a ",
        "must ",
        "have to ",
    ];
    const ONCE_MORE: [&str; 16] = [
        "recharg",
        "relanc",
        "reconnect",
        "redemarr",
        "recommenc",
        "rafraich",
        "actualis",
        "refaire",
        "rouvrir",
        "ressais",
        "resais",
        "recliqu",
        "reessay",
        "f5",
        "refresh",
        "restart",
    ];
    let lasting = LASTING.split('|').any(|word| cue.starts_with(word));
    lasting
        && MUST.iter().any(|must| {
            clause.rfind(must).is_some_and(|at| {
                // « il faut fermer la carte, et surveiller l'écran »: the last that has to be done.
                let (_, last) = clause[at..].rsplit_once(',').unwrap_or(("", &clause[at..]));
                let last = last.trim_start().trim_start_matches("et ");
                let begins = last.split_whitespace().next().unwrap_or_default();
                let infinitive = ["er", "ir", "re"].iter().any(|end| begins.ends_with(end));
                (!clause[at..].contains(',') || infinitive)
                    && !ONCE_MORE.iter().any(|verb| last.contains(verb))
            })
        })
}

/// « toujours la même équipe », « le numéro est toujours le même »: what does not change, no fault.
fn is_unchanged(clause: &str, cue: &str, after: &str) -> bool {
    const NOUNS: [&str; 14] = [
        "equipe",
        "numero",
        "poste",
        "personne",
        "collegue",
        "adresse",
        "mail",
        "medecin",
        "bureau",
        "salle",
        "telephone",
        "standard",
        "identifiant",
        "login",
    ];
    if ![
        "toujours la meme",
        "toujours le meme",
        "tjs la meme",
        "tjrs la meme",
    ]
    .contains(&cue)
    {
        return false;
    }
    let next = after.trim_start();
    if NOUNS.iter().any(|noun| next.starts_with(noun)) {
        return true;
    }
    let ends = next.is_empty() || next.starts_with(['.', ',', ')']);
    ends && NOUNS.iter().any(|noun| clause.contains(noun))
        && !["erreur", "message", "page"]
            .iter()
            .any(|fault| clause.contains(fault))
}

/// « chaque fois que je vous appelle »: how often support is called.
fn calls_us(next: &str) -> bool {
    let next = next.trim_start();
    [
        "que je vous ",
        "qu'on vous ",
        "que nous vous ",
        "que l'on vous ",
        "que j'appelle le support",
        "que j'appelle la hotline",
        "que j'appelle l'assistance",
        "que j'appelle le 0",
        "i call you",
        "we call you",
    ]
    .iter()
    .any(|lead| next.starts_with(lead))
}

/// « parfois on est trois en salle », « je suis parfois au standard »: where people are now and then,
/// not how often it fails.
pub(super) fn is_of_people(before: &str, after: &str) -> bool {
    const FAILS: [&str; 14] = [
        "bloqu",
        "deconnect",
        "ejecte",
        "coupe",
        "oblig",
        "contraint",
        "renvoye",
        "redirig",
        "dehors",
        "jete",
        "perdu",
        "force",
        "kick",
        "deloggu",
    ];
    const WHO: [&str; 5] = ["on est", "je suis", "nous sommes", "on se retrouve", "i am"];
    let after = &after[..after.floor_char_boundary(120)];
    let clause = after.split([',', '.', ';']).next().unwrap_or_default();
    let ahead = clause.trim_start();
    let near = before.floor_char_boundary(before.len().saturating_sub(80));
    let clause_before = before[near..]
        .rsplit([',', '.', ';'])
        .next()
        .unwrap_or_default();
    let led = WHO.iter().any(|who| ahead.starts_with(who))
        || WHO
            .iter()
            .any(|who| clause_before.trim_end().ends_with(who));
    led && !FAILS.iter().any(|fails| clause.contains(fails))
}

#[cfg(test)]
mod tests {
    use super::{is_of_people, is_of_the_fault};

    #[test]
    fn duties_and_what_stays_the_same_are_no_fault() {
        for (before, cue, after) in [
            ("elle doit suivre ", "en continu", "."),
            ("il faut regarder l'ecran ", "tout le temps", ""),
            ("on est oblige de surveiller la liste ", "en permanence", ""),
            (
                "il faut fermer la carte, et surveiller l'ecran ",
                "en permanence",
                "",
            ),
            ("nous avons ", "toujours la meme", " equipe"),
            ("le numero a appeler est ", "toujours le meme", "."),
            ("", "chaque fois", " que je vous appelle personne ne repond"),
        ] {
            assert!(!is_of_the_fault(before, cue, after), "{before}{cue}{after}");
        }
        for (before, cue, after) in [
            ("il faut recharger la page ", "tout le temps", ""),
            ("on doit se reconnecter ", "en permanence", ""),
            ("l'ecran clignote ", "en continu", ""),
            ("il faut venir, l'ecran clignote ", "en continu", ""),
            ("c'est ", "toujours la meme", " erreur"),
            ("le message est ", "toujours le meme", "."),
            ("", "chaque fois", " que j'appelle un patient"),
        ] {
            assert!(is_of_the_fault(before, cue, after), "{before}{cue}{after}");
        }
    }

    #[test]
    fn where_people_are_is_no_frequency() {
        assert!(is_of_people("", " on est trois en salle"));
        assert!(is_of_people("je suis ", " au standard"));
        assert!(!is_of_people("", " on est deconnectes"));
        assert!(!is_of_people("", " la carte revient"));
    }
}
