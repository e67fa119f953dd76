//! What of a query can't be understood, with what may have been meant.

/// What can't be understood, and how the whole query would read with what was most likely meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There is no such filter.
    Filter {
        /// As typed.
        typed: String,
        /// The filters there are.
        known: Vec<String>,
        /// What may have been meant.
        near: Option<Near>,
        /// The query with these words as they are.
        quoted: String,
    },
    /// A filter does not take this value.
    Value {
        /// The filter.
        filter: &'static str,
        /// As typed.
        typed: String,
        /// What it takes.
        known: Vec<String>,
        /// What may have been meant.
        near: Option<Near>,
    },
    /// A filter that can stand once stands twice.
    Twice(String),
    /// It is longer than a query may be.
    TooMuch,
}

/// What may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// In place of what was typed.
    pub word: String,
    /// The part of the query, then the whole query.
    pub query: String,
}

impl Fault {
    /// Whole queries in place of parts, for the part at this place.
    pub(super) fn in_place(mut self, pieces: &[String], at: usize) -> Self {
        let whole = |part: &str| -> String {
            let pieces = pieces.iter().enumerate();
            let pieces = pieces.map(|(number, piece)| match number == at {
                true => part,
                false => piece.as_str(),
            });
            pieces.collect::<Vec<_>>().join(" ")
        };
        if let Self::Filter { quoted, .. } = &mut self {
            *quoted = whole(quoted);
        }
        if let Self::Filter { near, .. } | Self::Value { near, .. } = &mut self
            && let Some(near) = near
        {
            near.query = whole(&near.query);
        }
        self
    }

    /// What is wrong, in French, as far as nothing is proposed.
    #[must_use]
    pub fn french(&self) -> String {
        let known = |known: &[String], near: &Option<Near>| match near {
            Some(_) => String::new(),
            None => format!(" Possibles\u{a0}: {}.", known.join(", ")),
        };
        match self {
            Self::Filter {
                typed,
                known: all,
                near,
                ..
            } => format!("filtre inconnu\u{a0}: {typed}.{}", known(all, near)),
            Self::Value {
                filter,
                typed,
                known: all,
                near,
            } => format!(
                "valeur inconnue de {filter}\u{a0}: {typed}.{}",
                known(all, near)
            ),
            Self::Twice(name) => format!("le filtre {name} est donné deux fois."),
            Self::TooMuch => {
                "recherche trop longue\u{a0}: 20 mots et 500 caractères au plus.".to_owned()
            }
        }
    }

    /// What may have been meant, with the whole query that says it.
    #[must_use]
    pub fn near(&self) -> Option<&Near> {
        match self {
            Self::Filter { near, .. } | Self::Value { near, .. } => near.as_ref(),
            Self::Twice(_) | Self::TooMuch => None,
        }
    }
}
