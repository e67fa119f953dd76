use super::*;
use chrono_tz::{America, Indian};

fn base(date: &str) -> Base {
    Base {
        date: DateTime::parse_from_rfc3339(date).unwrap(),
        overseas: None,
    }
}

fn show(reading: &Reading) -> String {
    match reading {
        Reading::Present(Value::Instant { at, precision }) => {
            let precision = match precision {
                Precision::Minute => "minute",
                Precision::Hour => "hour",
                Precision::Day => "day",
            };
            format!("{} {precision}", at.format("%Y-%m-%dT%H:%M%:z"))
        }
        Reading::Unclear(Reason::DateInFuture { .. }) => "future".to_owned(),
        Reading::Unclear(Reason::DateTooBroad { .. }) => "broad".to_owned(),
        other => format!("{other:?}"),
    }
}

fn answered(text: &str, base: &Base) -> String {
    answer(text, base).map_or("nothing".to_owned(), |answer| show(&answer.reading))
}

fn best(text: &str, base: &Base) -> String {
    find(text, base)
        .iter()
        .filter(|found| found.role != Role::Other && found.doubt.is_none())
        .reduce(|best, next| if next.score > best.score { next } else { best })
        .map_or("nothing".to_owned(), |found| {
            show(&Reading::Present(Value::Instant {
                at: found.at,
                precision: found.precision,
            }))
        })
}

#[test]
fn an_answer_is_resolved_against_the_message() {
    // A Thursday.
    let base = base("2026-03-12T15:20:00+01:00");
    for (text, told) in [
        ("12/03/2026 à 14h30", "2026-03-12T14:30+01:00 minute"),
        ("12/03 14:30", "2026-03-12T14:30+01:00 minute"),
        ("12-03-2026 14h30", "2026-03-12T14:30+01:00 minute"),
        ("12.03.26 vers 14h30", "2026-03-12T14:30+01:00 minute"),
        ("2026-03-12 14:30", "2026-03-12T14:30+01:00 minute"),
        ("2026-03-12T14:30:00", "2026-03-12T14:30+01:00 minute"),
        ("le 12 mars à 14 h 30", "2026-03-12T14:30+01:00 minute"),
        ("jeudi 12 mars 2026, 14H30", "2026-03-12T14:30+01:00 minute"),
        ("14h30 le 12/03", "2026-03-12T14:30+01:00 minute"),
        ("ce jour 14h30", "2026-03-12T14:30+01:00 minute"),
        (
            "aujourd’hui vers 14h30 environ",
            "2026-03-12T14:30+01:00 minute",
        ),
        ("Aujourd'hui, 14 heures 30", "2026-03-12T14:30+01:00 minute"),
        ("14h30-15h", "2026-03-12T14:30+01:00 minute"),
        ("entre 14h et 15h", "2026-03-12T14:00+01:00 hour"),
        ("14h et quelques", "2026-03-12T14:00+01:00 hour"),
        ("9h", "2026-03-12T09:00+01:00 hour"),
        ("9 h 05", "2026-03-12T09:05+01:00 minute"),
        ("9H05", "2026-03-12T09:05+01:00 minute"),
        ("neuf heures et demie", "2026-03-12T09:30+01:00 minute"),
        (
            "ce matin 7 heures moins le quart",
            "2026-03-12T06:45+01:00 minute",
        ),
        ("midi et quart", "2026-03-12T12:15+01:00 minute"),
        ("ce midi", "2026-03-12T12:00+01:00 hour"),
        ("ce matin", "2026-03-12T00:00+01:00 day"),
        ("hier", "2026-03-11T00:00+01:00 day"),
        ("hier soir", "2026-03-11T00:00+01:00 day"),
        ("hier soir vers 8h", "2026-03-11T20:00+01:00 hour"),
        ("hier 3h de l'après-midi", "2026-03-11T15:00+01:00 hour"),
        ("hier soir minuit", "2026-03-12T00:00+01:00 hour"),
        ("minuit", "2026-03-12T00:00+01:00 hour"),
        ("cette nuit vers 3h", "2026-03-12T03:00+01:00 hour"),
        ("cette nuit 23h50", "2026-03-11T23:50+01:00 minute"),
        ("la nuit dernière à 2h10", "2026-03-12T02:10+01:00 minute"),
        (
            "dans la nuit de mardi à mercredi vers 4h",
            "2026-03-11T04:00+01:00 hour",
        ),
        (
            "dans la nuit du 10 au 11 à 23h15",
            "2026-03-10T23:15+01:00 minute",
        ),
        ("lundi", "2026-03-09T00:00+01:00 day"),
        ("depuis lundi matin", "2026-03-09T00:00+01:00 day"),
        ("vendredi dernier 14h", "2026-03-06T14:00+01:00 hour"),
        ("mardi de la semaine dernière", "2026-03-03T00:00+01:00 day"),
        ("mardi 10", "2026-03-10T00:00+01:00 day"),
        ("mardi 10 à 8h12", "2026-03-10T08:12+01:00 minute"),
        ("avant-hier 11h", "2026-03-10T11:00+01:00 hour"),
        ("il y a 2 heures", "2026-03-12T13:20+01:00 hour"),
        ("depuis deux heures", "2026-03-12T13:20+01:00 hour"),
        ("depuis 20 min", "2026-03-12T15:00+01:00 minute"),
        ("2puis 20min env", "2026-03-12T15:00+01:00 minute"),
        ("dpuis 20 min", "2026-03-12T15:00+01:00 minute"),
        ("dep 20 min", "2026-03-12T15:00+01:00 minute"),
        ("dps env 20 min", "2026-03-12T15:00+01:00 minute"),
        ("depui 2 jours", "2026-03-10T00:00+01:00 day"),
        ("cela fait une demi-heure", "2026-03-12T14:50+01:00 minute"),
        ("depuis trois jours", "2026-03-09T00:00+01:00 day"),
        ("depuis 14 heures", "2026-03-12T14:00+01:00 hour"),
        ("depuis une semaine", "2026-03-05T00:00+01:00 day"),
        ("1er mars", "2026-03-01T00:00+01:00 day"),
        ("31/12", "2025-12-31T00:00+01:00 day"),
        ("20/12 à 6h", "2025-12-20T06:00+01:00 hour"),
        ("03/04", "2025-04-03T00:00+02:00 day"),
        ("this morning at 8", "2026-03-12T08:00+01:00 hour"),
        ("yesterday 4 pm", "2026-03-11T16:00+01:00 hour"),
        ("March 10th, 8:15am", "2026-03-10T08:15+01:00 minute"),
        ("2 hours ago", "2026-03-12T13:20+01:00 hour"),
        ("last Friday", "2026-03-06T00:00+01:00 day"),
        ("la semaine dernière", "broad"),
        ("depuis quelques jours", "broad"),
        ("récemment", "broad"),
        ("14/03/2026 9h", "future"),
        ("demain", "nothing"),
        ("?", "nothing"),
        ("je ne sais pas", "nothing"),
    ] {
        assert_eq!(answered(text, &base), told, "{text}");
    }
}

#[test]
fn a_start_is_told_from_other_times() {
    let base = base("2026-03-12T15:20:00+01:00");
    for (text, told) in [
        (
            "Hier je pouvais sans problème. C'est arrivé à 13h00 après un redémarrage.",
            "2026-03-12T13:00+01:00 hour",
        ),
        (
            "Plus de carto depuis 14h12, 4 postes sur 6",
            "2026-03-12T14:12+01:00 minute",
        ),
        (
            "Prérequis vérifiés par l'astreinte à 14h05. Depuis 13h45 la liste est vide.",
            "2026-03-12T13:45+01:00 minute",
        ),
        (
            "Plus de SMUR dans la liste depuis 12h15. On les avait encore ce matin.",
            "2026-03-12T12:15+01:00 minute",
        ),
        (
            "Nous avions eu une coupure le 12 novembre. Là, avant-hier en fin de matinée, vers 11h, les pastilles ont disparu.",
            "2026-03-10T11:00+01:00 hour",
        ),
        (
            "Secrétariat (lun-ven 9h-17h), accueil ouvert de 8h à 20h",
            "nothing",
        ),
        (
            "Suite à notre appel de 13h58 à l'astreinte, portail inaccessible depuis 13h35",
            "2026-03-12T13:35+01:00 minute",
        ),
        (
            "Même souci que mardi : carto figée depuis 14h45",
            "2026-03-12T14:45+01:00 minute",
        ),
        (
            "la touche ne marche plus depuis la mise à jour de mardi",
            "2026-03-10T00:00+01:00 day",
        ),
        (
            "L'écran s'est figé à 12h50 et n'est reparti qu'à 13h40",
            "2026-03-12T12:50+01:00 minute",
        ),
        ("Merci de faire vite, relève à 19h", "nothing"),
        (
            "Je suis joignable jusqu'à 18h. Début de l'incident ce matin à 8h",
            "2026-03-12T08:00+01:00 hour",
        ),
        (
            "hier, en pleine nuit de garde, le module a planté à 21h30",
            "2026-03-11T21:30+01:00 minute",
        ),
        (
            "Je pars en congés le 14 mars. Ça plante depuis le 10.",
            "2026-03-10T00:00+01:00 day",
        ),
    ] {
        assert_eq!(best(text, &base), told, "{text}");
    }
}

#[test]
fn what_was_done_stands_between_a_day_and_its_hour() {
    let base = base("2026-11-19T10:00:00+01:00");
    for (text, expected) in [
        (
            "Ça commence ce matin quand j'ai ouvert la session, 8h30.",
            "2026-11-19T08:30+01:00 minute",
        ),
        (
            "depuis hier soir à la prise de poste, 20h15",
            "2026-11-18T20:15+01:00 minute",
        ),
        (
            "Constaté ce matin en arrivant, 7h40.",
            "2026-11-19T07:40+01:00 minute",
        ),
    ] {
        assert_eq!(best(text, &base), expected, "{text}");
    }
}

#[test]
fn overseas_hours_become_those_of_paris() {
    let guadeloupe = Base {
        overseas: Some(America::Guadeloupe),
        ..base("2025-06-25T16:48:02+02:00")
    };
    let reunion = Base {
        overseas: Some(Indian::Reunion),
        ..base("2025-06-25T16:48:02+02:00")
    };
    for (text, base, told) in [
        (
            "ce jour vers 16h heure de Paris (10h chez nous)",
            &guadeloupe,
            "2025-06-25T16:00+02:00 hour",
        ),
        (
            "10h chez nous, soit 16h à Paris",
            &guadeloupe,
            "2025-06-25T16:00+02:00 hour",
        ),
        ("ce matin à 8h", &guadeloupe, "2025-06-25T14:00+02:00 hour"),
        (
            "8h15 heure locale",
            &guadeloupe,
            "2025-06-25T14:15+02:00 minute",
        ),
        (
            "12h15 heure de Paris",
            &guadeloupe,
            "2025-06-25T12:15+02:00 minute",
        ),
        ("ce soir 18h", &reunion, "2025-06-25T16:00+02:00 hour"),
        ("depuis ce matin", &reunion, "2025-06-25T00:00+02:00 day"),
    ] {
        assert_eq!(answered(text, base), told, "{text}");
    }
}

#[test]
fn changes_of_the_clock_and_of_the_year_are_kept() {
    for (text, date, told) in [
        (
            "cette nuit à 2h15",
            "2026-03-29T07:40:00+02:00",
            "2026-03-29T03:15+02:00 minute",
        ),
        (
            "depuis hier soir 23h20",
            "2025-03-30T08:05:04+02:00",
            "2025-03-29T23:20+01:00 minute",
        ),
        (
            "il y a 2 heures",
            "2025-03-30T03:40:22+02:00",
            "2025-03-30T00:40+01:00 hour",
        ),
        (
            "depuis le 31/12 à 23h50",
            "2026-01-02T08:10:58+01:00",
            "2025-12-31T23:50+01:00 minute",
        ),
        (
            "le 30 décembre, 21h15",
            "2026-01-03T19:30:26+01:00",
            "2025-12-30T21:15+01:00 minute",
        ),
        (
            "mardi 26 vers minuit, je n'ai pas mieux",
            "2025-08-28T14:19:37+02:00",
            "2025-08-27T00:00+02:00 hour",
        ),
        (
            "vendredi dernier, 14h",
            "2026-06-16T09:25:31+02:00",
            "2026-06-12T14:00+02:00 hour",
        ),
        (
            "lundi 02/06/2025, 09h12",
            "2025-06-02T10:40:58+02:00",
            "2025-06-02T09:12+02:00 minute",
        ),
        (
            "23h50",
            "2026-01-02T08:10:58+01:00",
            "2026-01-01T23:50+01:00 minute",
        ),
    ] {
        assert_eq!(answered(text, &base(date)), told, "{text}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..proptest::prelude::ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC*") {
        for found in find(&text, &base("2026-03-12T15:20:00+01:00")) {
            proptest::prop_assert!(text.get(found.span.clone()).is_some());
        }
    }

    #[test]
    fn any_mixture_of_its_words_is_read_without_a_panic(words in proptest::collection::vec(
        proptest::sample::select(vec!["depuis", "le", "hier", "soir", "31", "02", "/", "2026", "h", "à", "et", "demie", "nuit", "du", "au", "mardi", "minuit", "24", "il y a", "heures", "-", ":", "\n", "29", "février", "moins", "cette"]), 0..16)) {
        let text = words.join(" ");
        for found in find(&text, &base("2026-03-12T15:20:00+01:00")) {
            proptest::prop_assert!(text.get(found.span.clone()).is_some());
        }
        let _ = find(&text.replace(' ', ""), &base("2026-03-12T15:20:00+01:00"));
    }
}

#[test]
fn a_megabyte_is_read_in_linear_time() {
    let base = base("2026-03-12T15:20:00+01:00");
    for text in [
        "1".repeat(1_000_000),
        "a".repeat(1_000_000),
        "le ".repeat(100_000),
        "depuis le 12 ".repeat(70_000),
        "9h ".repeat(100_000),
    ] {
        let _ = find(&text, &base);
    }
}

#[test]
fn the_start_is_told_from_what_else_has_an_hour() {
    let base = base("2026-03-12T10:30:00+01:00");
    for (text, told) in [
        (
            "hier mercredi en fin de matinée, 8h40 d'après le journal",
            "2026-03-11T08:40+01:00 minute",
        ),
        ("hier midi, 12h20", "2026-03-11T12:20+01:00 minute"),
        ("le 11/3 08.10", "2026-03-11T08:10+01:00 minute"),
        (
            "Ouverture du module à 7h05, anomalie à 7h31",
            "2026-03-12T07:31+01:00 minute",
        ),
        (
            "On s'en est rendu compte dimanche pendant la relève de 19h30",
            "2026-03-08T19:30+01:00 minute",
        ),
        (
            "Carte grise depuis 8h20. Je vous ai appelés à 9h.",
            "2026-03-12T08:20+01:00 minute",
        ),
        (
            "peux-tu signaler ceci : cette nuit à 2h15 la carte est partie",
            "2026-03-12T02:15+01:00 minute",
        ),
        (
            "Incident du 11/03. La carte s'est figée. Constaté à 9h40.",
            "2026-03-11T09:40+01:00 minute",
        ),
        ("depuis 24h", "2026-03-11T10:30+01:00 hour"),
        ("l'itinéraire annonce 2h10 au lieu de 25 min", "nothing"),
        ("Je serai absente demain à partir de 9h", "nothing"),
        ("la session reprend lundi prochain à 9h", "nothing"),
        ("J'avais déjà signalé ça le 2 février", "nothing"),
        ("J'attends votre appel à 9h", "nothing"),
        ("les chronos sont négatifs (-00:47)", "nothing"),
        ("aucune réponse de votre part à ce jour", "nothing"),
        ("Les éléments vous ont été envoyés mardi à 8h", "nothing"),
        (
            "Votre collègue eu au téléphone hier à 17h m'avait promis un rappel",
            "nothing",
        ),
        ("Je suis joignable à partir de 9h", "nothing"),
        (
            "Il reprend ce soir, joignable sur le 03 53 01 25 71 à partir de 19h.",
            "nothing",
        ),
        ("La carte affiche 8h45 alors qu'il est 10h20", "nothing"),
        (
            "Premier bilan concerné reçu à 9h05, il y en a eu quatre depuis",
            "2026-03-12T09:05+01:00 minute",
        ),
        (
            "Première fiche envoyée deux fois à 8h10",
            "2026-03-12T08:10+01:00 minute",
        ),
        ("Première relance envoyée à 8h10", "nothing"),
        (
            "Cela arrive surtout l'après-midi mais pas tous les jours",
            "nothing",
        ),
        ("Ça rame plutôt le soir", "nothing"),
        ("La carte se fige l'après-midi", "nothing"),
        (
            "Vers 9h la carte a planté, on a redémarré à 9h30",
            "2026-03-12T09:00+01:00 hour",
        ),
    ] {
        assert_eq!(best(text, &base), told, "{text}");
    }
    for text in [
        "depuis peu",
        "ces derniers temps",
        "depuis le début du mois",
        "depuis février",
        "depuis la fin du mois dernier",
    ] {
        assert_eq!(answered(text, &base), "broad", "{text}");
    }
}

#[test]
fn an_hour_may_stand_apart_from_its_day_or_behind_an_event() {
    // A Wednesday.
    let base = base("2026-01-14T22:30:00+01:00");
    for (text, told) in [
        (
            "Depuis la prise de poste de 7 heures ce matin, tout est figé",
            "2026-01-14T07:00+01:00 hour",
        ),
        (
            "Depuis ma prise de garde à 8h30 rien ne marche",
            "2026-01-14T08:30+01:00 minute",
        ),
        (
            "Depuis que l'équipe est rentrée d'intervention à 16h50, plus rien",
            "2026-01-14T16:50+01:00 minute",
        ),
        (
            "Depuis environ 13h30 le bouton est gris",
            "2026-01-14T13:30+01:00 minute",
        ),
        (
            "Dimanche dernier, pendant ma garde de 8 h à 20 h, j'ai constaté à partir de 14h10 un blocage",
            "2026-01-11T14:10+01:00 minute",
        ),
        (
            "Since about 9.30 this morning the playback is silent",
            "2026-01-14T09:30+01:00 minute",
        ),
        (
            "Tout allait bien jusqu'à la pause ; à 15h20, plus personne n'a pu raccrocher",
            "2026-01-14T15:20+01:00 minute",
        ),
        (
            "L'écran est figé sur 14h02 depuis 16h",
            "2026-01-14T16:00+01:00 hour",
        ),
        (
            "le graphique s'arrête au 9 janvier, depuis mardi 13 au soir",
            "2026-01-13T00:00+01:00 day",
        ),
    ] {
        assert_eq!(best(text, &base), told, "{text}");
    }
    for text in [
        "Votre hotline ne décroche pas depuis 40 minutes",
        "l'alarme des appels en attente depuis plus de 1 min",
        "il reste bloqué sur lundi 12 janvier 7h02",
        "Mais nous sommes mercredi",
        "la version 9.30 est installée",
    ] {
        assert_eq!(best(text, &base), "nothing", "{text}");
    }
    for (text, told) in [
        (
            "hier en fin de poste, 18h50",
            "2026-01-13T18:50+01:00 minute",
        ),
        (
            "le 13 au matin, à sa connexion de 6h50",
            "2026-01-13T06:50+01:00 minute",
        ),
        (
            "lundi en cours de vacation, vers 23h",
            "2026-01-12T23:00+01:00 hour",
        ),
    ] {
        assert_eq!(answered(text, &base), told, "{text}");
    }
}

#[test]
fn the_hour_that_the_clocks_repeat_may_be_the_second() {
    let base = base("2025-10-26T06:40:00+01:00");
    for (text, told) in [
        (
            "cette nuit à 2h20, la deuxième fois",
            "2025-10-26T02:20+01:00 minute",
        ),
        (
            "à 2h20 (heure d'hiver) tout s'est figé",
            "2025-10-26T02:20+01:00 minute",
        ),
        (
            "cette nuit à 2h20 tout s'est figé",
            "2025-10-26T02:20+02:00 minute",
        ),
    ] {
        assert_eq!(best(text, &base), told, "{text}");
    }
}

#[test]
fn letters_habits_and_the_last_good_one_are_no_start() {
    // A Saturday.
    let base = base("2026-07-04T22:47:00+02:00");
    for (text, told) in [
        ("3e mail depuis jeudi et toujours rien", "nothing"),
        ("deuxième relance depuis lundi, personne", "nothing"),
        ("nous consultons ce tableau chaque matin à 8h30", "nothing"),
        ("il était correct vendredi", "nothing"),
        (
            "Premier constat vers 1h15 au retour d'inter, le dernier bon bilan date de vendredi 22h40",
            "2026-07-04T01:15+02:00 minute",
        ),
        (
            "encore un souci ce soir vers 20h40, la fiche est vide",
            "2026-07-04T20:40+02:00 minute",
        ),
        (
            "On l'a vu hier soir en intervention vers 23h15",
            "2026-07-03T23:15+02:00 minute",
        ),
        (
            "J'ai commencé à 7h et je l'ai vu à 10h",
            "2026-07-04T10:00+02:00 hour",
        ),
        (
            "3 coupures de communication cet après-midi 13h10 13h25",
            "2026-07-04T13:10+02:00 minute",
        ),
        (
            "très lent depuis la fin d'après-midi",
            "2026-07-04T00:00+02:00 day",
        ),
        (
            "lent depuis ce début de matinée",
            "2026-07-04T00:00+02:00 day",
        ),
        (
            "depuis l'après-midi plus rien",
            "2026-07-04T00:00+02:00 day",
        ),
    ] {
        assert_eq!(best(text, &base), told, "{text}");
    }
    for (text, told) in [
        ("3/7 au matin", "2026-07-03T00:00+02:00 day"),
        ("3/7 en soirée", "2026-07-03T00:00+02:00 day"),
        ("2/7 dans l'après-midi", "2026-07-02T00:00+02:00 day"),
    ] {
        assert_eq!(answered(text, &base), told, "{text}");
    }
}

#[test]
fn what_began_just_now_or_with_an_event_has_its_time() {
    // A Thursday.
    let base = base("2026-03-12T15:20:00+01:00");
    for (text, told) in [
        ("Le portail vient de tomber.", "2026-03-12T15:20+01:00 hour"),
        (
            "Ça vient juste de se produire.",
            "2026-03-12T15:20+01:00 hour",
        ),
        (
            "Tout s'est figé à l'instant.",
            "2026-03-12T15:20+01:00 hour",
        ),
        (
            "Après le redémarrage de 5h ce matin, la carte reste grise.",
            "2026-03-12T05:00+01:00 hour",
        ),
        (
            "Suite à la maintenance d'hier 22h, la carte reste grise.",
            "2026-03-11T22:00+01:00 hour",
        ),
        ("Ça remonte à lundi dernier.", "2026-03-09T00:00+01:00 day"),
        (
            "Ma session se ferme depuis une heure.",
            "2026-03-12T14:20+01:00 hour",
        ),
    ] {
        assert_eq!(best(text, &base), told, "{text}");
    }
    for text in [
        "Je vous ai eu à l'instant.",
        "Après le redémarrage de 5h, ça remarche.",
    ] {
        assert_eq!(best(text, &base), "nothing", "{text}");
    }
}

#[test]
fn the_hours_of_a_shift_tell_when_it_began() {
    let base = base("2026-03-12T10:40:00+01:00");
    for (text, told) in [
        (
            "Je suis de garde aujourd'hui (09h a 13h). C'est comme ça depuis le début de la garde.",
            "2026-03-12T09:00+01:00 hour",
        ),
        (
            "Je suis de garde de 8h à 20h et depuis le début de la garde la carte est vide",
            "2026-03-12T08:00+01:00 hour",
        ),
        (
            "Je travaille 7h-19h. Le problème existe depuis ma prise de service.",
            "2026-03-12T07:00+01:00 hour",
        ),
        (
            "Je suis joignable de 9h à 12h, depuis ma prise de poste",
            "nothing",
        ),
    ] {
        assert_eq!(best(text, &base), told, "{text}");
    }
}

#[test]
fn what_is_shown_or_entered_is_no_start() {
    let base = base("2026-03-12T10:40:00+01:00");
    for (text, told) in [
        ("Le tableau affiche la date du 5 mars.", "nothing"),
        ("Le dernier bilan affiché date du 9 mars.", "nothing"),
        ("Ceux d'hier je peux les écouter.", "nothing"),
        (
            "Le tableau affiche la date du 5 mars. Je m'en suis rendu compte à 9h20.",
            "2026-03-12T09:20+01:00 minute",
        ),
        (
            "Cette nuit à 2h40 la liste s'est vidée : les lignes saisies depuis minuit ont disparu",
            "2026-03-12T02:40+01:00 minute",
        ),
        (
            "En ouvrant le planning des gardes ce matin vers 9h15 j'ai vu des trous",
            "2026-03-12T09:15+01:00 minute",
        ),
    ] {
        assert_eq!(best(text, &base), told, "{text}");
    }
}

#[test]
fn starts_told_far_from_their_cue() {
    let base = base("2026-03-12T21:40:00+01:00");
    for (text, told) in [
        (
            "Le probleme est commence apres la pause de midi, 13h30.",
            "2026-03-12T13:30+01:00 minute",
        ),
        (
            "Ça a commencé après la relève, à 19h15.",
            "2026-03-12T19:15+01:00 minute",
        ),
        (
            "Tout allait bien jusqu'à 17h20, puis plus rien.",
            "2026-03-12T17:20+01:00 minute",
        ),
        (
            "Ça marchait encore ce midi, et à 17h20 la carte s'est vidée.",
            "2026-03-12T17:20+01:00 minute",
        ),
        (
            "Samedi matin (M. Cottin l'a noté à 9h25 sur le cahier) la liste s'est vidée",
            "2026-03-07T09:25+01:00 minute",
        ),
        ("depuis sept heures trente", "2026-03-12T07:30+01:00 minute"),
        ("depuis 7.30, plus rien", "2026-03-12T07:30+01:00 minute"),
        ("Je suis joignable jusqu'à 17h20", "nothing"),
    ] {
        assert_eq!(best(text, &base), told, "{text}");
    }
}
