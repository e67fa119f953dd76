//! Why an answer can't be used, as the declarant and support read it.

use serde::{Deserialize, Serialize};

/// Why an answer can't be used. [`Reason::french`] is what the declarant and support read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Reason {
    /// A number with too few or too many digits.
    PhoneDigits {
        /// As written.
        read: String,
        /// How many digits were read.
        digits: u32,
        /// How many a number has there.
        expected: u32,
    },
    /// A number that can't be called back (an extension alone, a short code).
    PhoneNotCallable {
        /// As written.
        read: String,
    },
    /// Production and training are both affirmed.
    BothEnvironments,
    /// « plusieurs », « quelques », « beaucoup ».
    VagueCount {
        /// As written.
        read: String,
    },
    /// A start after the message's own date.
    DateInFuture {
        /// As written.
        read: String,
    },
    /// « récemment », « l'autre jour ».
    DateTooBroad {
        /// As written.
        read: String,
    },
    /// An address without a domain, or two of them.
    IncompleteAddress {
        /// As written.
        read: String,
    },
    /// « le SAMU »: which one?
    WhichEntity {
        /// As written.
        read: String,
    },
    /// Two values where one is asked for.
    Several {
        /// As written.
        read: String,
    },
    /// The message is encrypted for somebody's key.
    Encrypted,
    /// « voir pièce jointe » alone: the error is not described.
    NotDescribed,
    /// A person of support says why.
    Judged {
        /// In their words, one short line.
        words: String,
    },
    /// An answer that is neither yes nor no.
    NotClear {
        /// As written.
        read: String,
    },
}

impl Reason {
    /// The reason in French, short, without a final stop: it stands in brackets behind the
    /// question. Words of the declarant are quoted and cut at 40 characters.
    #[must_use]
    pub fn french(&self) -> String {
        let cut = |read: &str| -> String {
            let read = read.split_whitespace().collect::<Vec<_>>().join(" ");
            if read.chars().count() <= 40 {
                return read;
            }
            read.chars().take(39).chain(['…']).collect()
        };
        match self {
            Self::PhoneDigits {
                read,
                digits,
                expected,
            } => {
                let read = cut(read);
                match expected.checked_sub(*digits) {
                    Some(1) => format!("lu {read}, il manque un chiffre"),
                    Some(missing) if missing > 1 => {
                        format!("lu {read}, il manque {missing} chiffres")
                    }
                    _ if *digits == expected + 1 => format!("lu {read}, il y a un chiffre de trop"),
                    _ => format!("lu {read}, ce numéro n’a pas {expected} chiffres"),
                }
            }
            Self::PhoneNotCallable { read } => {
                format!("lu {}, ce numéro ne se rappelle pas", cut(read))
            }
            Self::Judged { words } => words.clone(),
            Self::BothEnvironments => "les deux sont cités".to_owned(),
            Self::VagueCount { read } => format!("« {} » : 3, 10, tous ?", cut(read)),
            Self::DateInFuture { read } => format!("lu {}, date à venir", cut(read)),
            Self::DateTooBroad { read } => format!("« {} » est trop large", cut(read)),
            Self::IncompleteAddress { read } => format!("lu {}, adresse incomplète", cut(read)),
            Self::WhichEntity { read } => format!("« {} » : lequel ?", cut(read)),
            Self::Several { .. } => "plusieurs réponses sont citées".to_owned(),
            Self::Encrypted => "message chiffré, à renvoyer en clair".to_owned(),
            Self::NotDescribed => "l’erreur n’est pas décrite".to_owned(),
            Self::NotClear { .. } => "réponse peu claire".to_owned(),
        }
    }

    /// The same reason with at most `most` characters of the declarant's words.
    #[must_use]
    pub fn shortened(&self, most: usize) -> Self {
        let mut reason = self.clone();
        let (Self::PhoneDigits { read, .. }
        | Self::PhoneNotCallable { read }
        | Self::VagueCount { read }
        | Self::DateInFuture { read }
        | Self::DateTooBroad { read }
        | Self::IncompleteAddress { read }
        | Self::WhichEntity { read }
        | Self::Several { read }
        | Self::NotClear { read }) = &mut reason
        else {
            return reason;
        };
        if read.chars().count() > most {
            *read = read
                .chars()
                .take(most.saturating_sub(1))
                .chain(['…'])
                .collect();
        }
        reason
    }
}
