//! Invented answers, chosen by a hash: the same request is always answered alike.

use super::{Asked, Request, Style};
use crate::domain::field::FieldName;
use crate::domain::form::Item;
use sha2::{Digest, Sha256};

/// A screenshot of an invented portal that stays empty, 1280 × 720.
pub const PICTURE: &[u8] = include_bytes!("screen.png");

/// What a style says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// What is said of each item.
    pub said: Vec<(Item, String)>,
    /// The screenshot, where one was asked for.
    pub picture: Option<&'static [u8]>,
}

impl Values {
    /// Invents them. The numbers are those kept for fiction (ARCEP, decision 2018-0881).
    #[must_use]
    pub fn invent(request: &Request, style: Style) -> Self {
        let items = request
            .questions
            .iter()
            .flat_map(|Asked { items, .. }| items);
        Self {
            said: items
                .map(|item| {
                    let said = match style.knows() {
                        true => invented(*item, request),
                        false => "je ne sais pas".to_owned(),
                    };
                    (*item, said)
                })
                .collect(),
            picture: (request.screenshot && style.knows()).then_some(PICTURE),
        }
    }
}

fn invented(item: Item, request: &Request) -> String {
    let Item::Field(name) = item else {
        return String::new();
    };
    let choices: &[&str] = match name {
        FieldName::DeclarantName => &["Claire Lebreton", "Julien Perrot", "Nadia Ferhat"],
        FieldName::DeclarantRole => &["ARM", "médecin régulateur", "cadre de santé"],
        FieldName::Entity => &["SAMU 44", "SAMU de Nantes", "SAMU 31"],
        FieldName::AffectedUser => &["Paul Martin", "Sabrina Kermarrec", "Hugo Delmas"],
        FieldName::Phone => &["02 61 91 12 47", "06 39 98 41 27", "04 65 71 38 26"],
        FieldName::Email => return request.to.clone(),
        FieldName::StartedAt => &["hier vers 14h30", "hier à 16h15", "hier matin vers 9h"],
        FieldName::Environment => &["production", "production", "formation"],
        FieldName::Feature => &["cartographie", "main courante", "tableau des astreintes"],
        FieldName::AffectedCount => &["12 utilisateurs", "4 personnes", "une dizaine de personnes"],
        FieldName::Description => &[
            "la page reste blanche après la connexion, on devrait voir la liste des dossiers",
            "l'enregistrement tourne sans fin, le dossier devrait se fermer",
            "le tableau s'affiche vide alors qu'il devrait montrer les gardes de la semaine",
        ],
        FieldName::PrerequisitesChecked => &["oui", "non", "oui"],
        FieldName::Reproducible => &["toujours", "parfois", "toujours"],
        FieldName::Own(_) => &["oui"],
    };
    let hash = Sha256::digest(format!("{} {name}", request.message_id).as_bytes());
    let index = usize::from(hash[0]) % choices.len();
    choices[index].to_owned()
}

/// What is said of an item, as a sentence.
pub(super) fn sentence(item: Item, said: &str) -> String {
    let Item::Field(name) = item else {
        return format!("{said}.");
    };
    match name {
        FieldName::DeclarantName => format!("Je m'appelle {said}."),
        FieldName::DeclarantRole => format!("Je suis {said}."),
        FieldName::Entity => format!("Nous sommes au {said}."),
        FieldName::AffectedUser => format!("L'utilisateur concerné est {said}."),
        FieldName::Phone => format!("Vous pouvez me joindre au {said}."),
        FieldName::Email => format!("Mon adresse est {said}."),
        FieldName::StartedAt => format!("Cela a commencé {said}."),
        FieldName::Environment => format!("C'est en {said}."),
        FieldName::Feature => format!("Cela concerne la partie « {said} » du portail."),
        FieldName::AffectedCount => format!("Cela touche {said}."),
        FieldName::Description => format!("Voici ce qui se passe : {said}."),
        FieldName::PrerequisitesChecked => match said {
            "oui" => "Les prérequis du poste ont bien été vérifiés.".to_owned(),
            "non" => "Les prérequis du poste n'ont pas été vérifiés.".to_owned(),
            said => format!("Pour les prérequis du poste : {said}."),
        },
        FieldName::Reproducible => match said {
            "non" => "Cela ne s'est pas reproduit.".to_owned(),
            said => format!("Cela se reproduit {said}."),
        },
        FieldName::Own(_) => format!("{said}."),
    }
}
