//! Turns of phrase by family, each in three wordings or more: what the reader learnt of one message must
//! hold for the others.

use chrono::{DateTime, Utc};
use vigie::domain::field::FieldName;
use vigie::domain::form::Form;
use vigie::extract::{Context, extract};
use vigie::mail::Email;
use vigie::present::json::OneField;

/// A family of wordings: of which field, and what each says.
type Family = (
    &'static str,
    FieldName,
    &'static [(&'static str, &'static str)],
);

const FAMILIES: &[Family] = &[
    (
        "a title is no job",
        FieldName::DeclarantRole,
        &[
            (
                "urgentiste",
                "La carte est figée. Docteure Léa Petit, urgentiste",
            ),
            (
                "médecin régulateur",
                "La carte est figée. Dr Paul Moreau, médecin régulateur",
            ),
            ("ARM", "La carte est figée. Mme Nadia Benali, ARM"),
        ],
    ),
    (
        "who presents themselves by a job",
        FieldName::DeclarantRole,
        &[
            (
                "superviseur",
                "bonjour, c'est martinez le superviseur, la carte est figée depuis 9h",
            ),
            (
                "ARM de nuit",
                "Ici Julie Roy, ARM de nuit, la carte est figée.",
            ),
            (
                "interne",
                "Bonsoir, interne Hugo Brun au téléphone, la carte est figée.",
            ),
            (
                "régulateur",
                "Bonjour, ici Paul Roy, régulateur, la carte est figée.",
            ),
        ],
    ),
    (
        "several of one trade",
        FieldName::DeclarantRole,
        &[
            ("ARM", "On est 4 ARM en salle, plus de carte depuis 8h."),
            (
                "ARM",
                "On est deux ARM ce matin et la carte est figée pour nous deux.",
            ),
            (
                "ARM de nuit",
                "Nous sommes trois ARM de nuit, la carte est figée.",
            ),
            ("ARM", "Nous sommes 3 ARM ce soir, la carte est figée."),
        ],
    ),
    (
        "remarked at an hour",
        FieldName::StartedAt,
        &[
            (
                "2026-11-23T16:40:00+01:00",
                "La carte est figée, remarqué hier à 16h40.",
            ),
            (
                "2026-11-24T08:10:00+01:00",
                "La carte est figée, on l'a remarqué ce matin à 8h10.",
            ),
            (
                "2026-11-24T07:50:00+01:00",
                "La carte est figée, je m'en suis aperçue vers 7h50.",
            ),
        ],
    ),
    (
        "it went well until",
        FieldName::StartedAt,
        &[
            (
                "2026-11-23T17:20:00+01:00",
                "Tout allait bien jusqu'à hier 17h20, puis plus rien ne s'affiche sur la carte.",
            ),
            (
                "2026-11-24T07:30:00+01:00",
                "Ça marchait encore ce matin jusqu'à 7h30, depuis la carte reste grise.",
            ),
            (
                "2026-11-24T06:15:00+01:00",
                "La carte fonctionnait jusqu'à 6h15 ce matin, puis écran vide.",
            ),
        ],
    ),
    (
        "the hours of a shift",
        FieldName::StartedAt,
        &[
            (
                "2026-11-23T09:00:00+01:00",
                "J'étais de garde hier (09h à 13h) et depuis le début de la garde la carte reste grise.",
            ),
            (
                "2026-11-23T09:00:00+01:00",
                "J'étais de garde hier (9h à 13h), la carte reste grise depuis le début de la garde.",
            ),
            (
                "2026-11-23T08:00:00+01:00",
                "Hier, pendant ma garde (08h-20h), la carte est restée grise depuis le début de ma garde.",
            ),
            (
                "2026-11-23T20:00:00+01:00",
                "Garde de nuit (20h à 8h) hier : depuis le début de garde la carte est grise.",
            ),
            (
                "2026-11-24T07:00:00+01:00",
                "La carte reste grise depuis ma prise de poste à 7h.",
            ),
        ],
    ),
    (
        "shown hours are no start",
        FieldName::StartedAt,
        &[
            (
                "2026-11-24T08:00:00+01:00",
                "Depuis 8h le chrono reste à 0:00 sur tous les dossiers.",
            ),
            (
                "2026-11-24T07:00:00+01:00",
                "Depuis 7h ce matin l'export de 6h n'est pas généré.",
            ),
            (
                "2026-11-24T09:00:00+01:00",
                "La liste affiche les appels de 3h du matin alors qu'elle est figée depuis 9h.",
            ),
        ],
    ),
    (
        "done again and again",
        FieldName::Reproducible,
        &[
            ("yes", "La carte se fige, ça me l'a refait 4 fois."),
            ("yes", "La carte se fige à chaque ouverture de dossier."),
            ("yes", "La carte se fige tt le tps."),
        ],
    ),
    (
        "now and then",
        FieldName::Reproducible,
        &[
            ("intermittent", "La carte se fige une fois sur deux."),
            ("intermittent", "La carte se fige dans 50 % des cas."),
            (
                "intermittent",
                "La carte se fige par moments, d'autres non.",
            ),
        ],
    ),
    (
        "checks done by others",
        FieldName::PrerequisitesChecked,
        &[
            (
                "yes",
                "La carte se fige. Les postes ont été validés par la DSI.",
            ),
            (
                "yes",
                "La carte se fige. Prérequis contrôlés par notre informatique.",
            ),
            (
                "yes",
                "La carte se fige. L'informatique a vérifié les prérequis du poste.",
            ),
        ],
    ),
    (
        "checks not done",
        FieldName::PrerequisitesChecked,
        &[
            ("no", "La carte se fige. Rien n'a été vérifié sur ce PC."),
            ("no", "La carte se fige. Prérequis pas encore vérifiés."),
            ("no", "La carte se fige. Je n'ai pas vérifié les prérequis."),
        ],
    ),
    (
        "nobody knows of checks",
        FieldName::PrerequisitesChecked,
        &[
            (
                "unknown",
                "La carte se fige. Nous ignorons si les prérequis sont remplis.",
            ),
            ("unknown", "La carte se fige. Prérequis : je ne sais pas."),
            (
                "unknown",
                "La carte se fige. Pour les prérequis du poste, aucune idée.",
            ),
        ],
    ),
    (
        "in earnest",
        FieldName::Environment,
        &[
            ("production", "La carte se fige, c du réel."),
            ("production", "La carte se fige, en réel."),
            (
                "production",
                "La carte se fige, c'est en prod, les prérequis aucune idée.",
            ),
        ],
    ),
    (
        "others who have it too",
        FieldName::AffectedCount,
        &[
            ("2", "La carte se fige. Même constat chez le Dr Petit."),
            (
                "2",
                "La carte se fige. Le remplaçant a le même souci que moi.",
            ),
            ("3", "La carte se fige. J'ai demandé à 2 collègues, pareil."),
        ],
    ),
    (
        "one alone",
        FieldName::AffectedCount,
        &[
            ("1", "La carte se fige. Moi seule a priori."),
            ("1", "La carte se fige. Poste 3 uniquement."),
            ("1", "La carte se fige. Je suis la seule à avoir ça."),
        ],
    ),
    (
        "a longer name of the table",
        FieldName::Feature,
        &[
            (
                "bons de transport",
                "Les bons de transport ne s'impriment plus.",
            ),
            (
                "tableau des astreintes",
                "Rien ne s'affiche. Cela concerne la partie « tableau des astreintes » du portail.",
            ),
            (
                "recherche d'adresse",
                "La recherche d'adresse ne renvoie plus rien.",
            ),
        ],
    ),
    (
        "a session of somebody",
        FieldName::AffectedUser,
        &[
            ("M. Petit", "La session de M. Petit est bloquée depuis 9h."),
            (
                "Paul Martin",
                "Le compte de Paul Martin est bloqué depuis 9h.",
            ),
            ("jdurand", "Login jdurand bloqué depuis 9h."),
        ],
    ),
    (
        "signed with nothing between",
        FieldName::DeclarantName,
        &[
            (
                "Julie Durand",
                "La carte est figée depuis 9h.\nJulie DURAND - ARM - 03 53 01 12 34",
            ),
            (
                "Olivier Le Gall",
                "La carte est figée depuis 9h.\nLE GALL Olivier, ARM",
            ),
            (
                "Nadia Benali",
                "La carte est figée depuis 9h.\nNadia Benali 06 39 98 12 34",
            ),
        ],
    ),
    (
        "reported is no start",
        FieldName::StartedAt,
        &[
            (
                "missing",
                "J'ai appelé le support hier à 15h. La carte est figée.",
            ),
            (
                "missing",
                "Signalé au support vendredi à 10h, la carte est figée.",
            ),
            (
                "missing",
                "I reported it on Monday. The map is still frozen.",
            ),
            (
                "missing",
                "Dossier complété par nos soins vendredi à 14h, la carte est figée.",
            ),
            (
                "missing",
                "We reported this on Friday, the map is still frozen.",
            ),
        ],
    ),
    (
        "somebody's SAMU in a subject",
        FieldName::Entity,
        &[
            (
                "SAMU 44",
                "La carte est figée au SAMU 44, le transfert vers le SAMU 13 aussi.",
            ),
            (
                "SAMU 35",
                "La carte est figée au SAMU 35, appel transféré du SAMU 22.",
            ),
            (
                "SAMU 29",
                "Au SAMU 29 la carte est figée depuis un transfert du SAMU 56.",
            ),
        ],
    ),
    (
        "all of them",
        FieldName::AffectedCount,
        &[
            ("all", "La carte est figée, portal is down for everybody."),
            ("all", "La carte est figée pour l'ensemble de nos ARM."),
            ("all", "La carte est figée chez tout le monde."),
        ],
    ),
    (
        "poor names give way",
        FieldName::Feature,
        &[
            (
                "SMS de rappel d'astreinte",
                "Dans l'appli, les SMS de rappel d'astreinte ne partent plus.",
            ),
            ("annuaire", "Sur la plateforme, l'annuaire est vide."),
            ("planning", "Dans le logiciel, le planning reste vide."),
        ],
    ),
];

/// The field of a declaration of these words, written on 24 November 2026 at 9:55 in Paris.
fn told(name: FieldName, words: &str) -> String {
    let raw = format!(
        "From: x@chu.example\r\nTo: support@si-samu.example\r\nSubject: incident\r\n\
         Date: Tue, 24 Nov 2026 09:55:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         Bonjour,\n\n{words}\n"
    );
    let received_at: DateTime<Utc> = "2026-11-24T08:55:00Z".parse().unwrap();
    let context = Context {
        received_at,
        own_addresses: &["support@si-samu.example".to_owned()],
        mark: "INC",
        key: None,
    };
    let read = extract(&Email::parse(raw.as_bytes()), Form::si_samu(), &context);
    let field = serde_json::to_value(OneField(&read.fields[name])).unwrap();
    let value = &field["value"];
    match &field["state"] {
        state if state != "present" => state.as_str().unwrap_or_default().to_owned(),
        _ if value["all"] == true => "all".to_owned(),
        _ if value.is_object() => value["min"].to_string(),
        _ => value.as_str().unwrap_or_default().to_owned(),
    }
}

#[test]
fn what_was_learnt_of_one_wording_holds_for_the_others_of_its_family() {
    let mut wrong = Vec::new();
    for (family, name, wordings) in FAMILIES {
        assert!(wordings.len() >= 3, "{family}");
        for (expected, words) in *wordings {
            let got = told(*name, words);
            if got != *expected {
                wrong.push(format!(
                    "{family}: {words:?} gives {got:?}, not {expected:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
