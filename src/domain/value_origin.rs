//! Who said a value of a ticket, and so who may change it.

/// Who said a value. What a person entered is never overwritten by the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueOrigin {
    /// The ticket's first message.
    Parser,
    /// A later message.
    Reply,
    /// A person of support, who entered or accepted it.
    Agent,
    /// Taken down on the telephone.
    Phone,
}

impl ValueOrigin {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Parser, Self::Reply, Self::Agent, Self::Phone];

    /// The stable word in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parser => "parser",
            Self::Reply => "reply",
            Self::Agent => "agent",
            Self::Phone => "phone",
        }
    }

    /// The origin with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.as_str() == word)
    }

    /// Whether a person answers for it: a message only proposes another value.
    #[must_use]
    pub fn is_a_persons(self) -> bool {
        matches!(self, Self::Agent | Self::Phone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_words_lead_back_to_their_origin() {
        for origin in ValueOrigin::ALL {
            assert_eq!(ValueOrigin::parse(origin.as_str()), Some(origin));
        }
    }
}
