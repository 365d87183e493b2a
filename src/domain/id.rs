//! Names of things. Numbered ids are written with their letter (`F7`), in the log as on the screen.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a word is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{word}\" is not {expected}")]
pub struct IdError {
    word: String,
    expected: &'static str,
}

impl IdError {
    fn new(word: &str, expected: &'static str) -> Self {
        Self { word: word.chars().take(40).collect(), expected }
    }
}

/// A name is stored as people write it.
macro_rules! stored_as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(super) use stored_as_text;

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
        #[schemars(transparent, description = "")]
        pub struct $name(#[schemars(with = "String")] pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!(concat!($prefix, "{}"), self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(word: &str) -> Result<Self, IdError> {
                let refused = || IdError::new(word, $expected);
                let upper = word.trim().to_ascii_uppercase();
                let digits = upper.strip_prefix($prefix).ok_or_else(refused)?;
                digits.parse().map(Self).map_err(|_| refused())
            }
        }

        stored_as_text!($name);
    };
}

macro_rules! named {
    ($name:ident) => {
        impl $name {
            /// The whole id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        stored_as_text!($name);
    };
}

numbered!(
    /// A milestone, in the order of the plan.
    MilestoneId, "M", "a milestone such as M2"
);
numbered!(
    /// A feature; fix features count on from the planned ones.
    FeatureId, "F", "a feature such as F7"
);
numbered!(
    /// An attempt, counted through the mission.
    AttemptId, "#", "an attempt such as #18"
);
numbered!(
    /// A finding.
    FindingId, "FND-", "a finding such as FND-3"
);
numbered!(
    /// A question that waits for an answer.
    QuestionId, "Q", "a question such as Q2"
);
numbered!(
    /// A message between parties.
    MessageId, "MSG-", "a message such as MSG-4"
);
numbered!(
    /// A directive.
    DirectiveId, "D", "a directive such as D1"
);
numbered!(
    /// An objection of a critic.
    ObjectionId, "OBJ-", "an objection such as OBJ-2"
);
numbered!(
    /// A note of an agent.
    NoteId, "NOTE-", "a note such as NOTE-3"
);
numbered!(
    /// A proposal.
    ProposalId, "PRO-", "a proposal such as PRO-2"
);

numbered!(
    /// A sentence of what the person wants.
    RequirementId, "REQ-", "a requirement such as REQ-3"
);

/// How often an assertion has been worded: 1 when it is first written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u32);

impl Default for Revision {
    fn default() -> Self {
        Self::FIRST
    }
}

impl Revision {
    /// The revision of a new assertion.
    pub const FIRST: Self = Self(1);

    /// The one after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.0)
    }
}

/// `VAL-<AREA>-<NNN>`: the name of an assertion.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(description = "")]
pub struct AssertionId(String);

impl AssertionId {
    /// The area, such as `AUTH`.
    pub fn area(&self) -> &str {
        self.0.strip_prefix("VAL-").and_then(|rest| rest.rsplit_once('-')).map_or("", |(area, _)| area)
    }
}

impl FromStr for AssertionId {
    type Err = IdError;

    fn from_str(word: &str) -> Result<Self, IdError> {
        let upper = word.trim().to_ascii_uppercase();
        // Every assertion's name begins alike, so that a person may leave the beginning out, as the console does.
        let upper = if upper.starts_with("VAL-") { upper } else { format!("VAL-{upper}") };
        let valid = upper.len() <= 40
            && upper.strip_prefix("VAL-").and_then(|rest| rest.rsplit_once('-')).is_some_and(
                |(area, number)| {
                    !area.is_empty()
                        && area.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')
                        && number.len() == 3
                        && number.chars().all(|c| c.is_ascii_digit())
                },
            );
        valid.then_some(Self(upper)).ok_or_else(|| IdError::new(word, "an assertion such as VAL-AUTH-001"))
    }
}

named!(AssertionId);

/// The name of a mission and of its directory: lower-case letters, digits and dashes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MissionId(String);

impl MissionId {
    /// Makes an id from a title and a suffix that makes it unique, such as `guestbook-7k2p`.
    pub fn from_title(title: &str, suffix: &str) -> Self {
        let mut slug = String::new();
        for c in title.chars().flat_map(char::to_lowercase) {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() >= 24 {
                break;
            }
        }
        let slug = slug.trim_matches('-');
        let slug = if slug.is_empty() { "mission" } else { slug };
        Self(format!("{slug}-{}", suffix.to_ascii_lowercase()))
    }
}

impl FromStr for MissionId {
    type Err = IdError;

    fn from_str(word: &str) -> Result<Self, IdError> {
        let valid = !word.is_empty()
            && word.len() <= 64
            && !word.starts_with('-')
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let expected = "a mission id (see `flightdeck list`)";
        valid.then(|| Self(word.to_owned())).ok_or_else(|| IdError::new(word, expected))
    }
}

named!(MissionId);

/// A git commit: its hexadecimal name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commit(pub String);

impl Commit {
    /// The first seven digits, as people write it.
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.short())
    }
}

/// A point in time: milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Milliseconds from `earlier` to this; 0 when the clock went back.
    pub fn since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_ids_read_what_they_write_and_forgive_case() {
        assert_eq!("f7".parse::<FeatureId>().unwrap(), FeatureId(7));
        assert_eq!(AttemptId(18).to_string().parse::<AttemptId>().unwrap(), AttemptId(18));
        assert_eq!("x7".parse::<FeatureId>().unwrap_err().to_string(), "\"x7\" is not a feature such as F7");
    }

    #[test]
    fn assertion_ids_have_an_area_and_three_digits() {
        assert_eq!("val-auth-web-001".parse::<AssertionId>().unwrap().area(), "AUTH-WEB");
        assert_eq!("auth-001".parse::<AssertionId>().unwrap().as_str(), "VAL-AUTH-001");
        for word in ["VAL-AUTH-1", "VAL--001", "VAL-001", "001", ""] {
            assert!(word.parse::<AssertionId>().is_err(), "{word}");
        }
    }

    #[test]
    fn mission_ids_are_safe_directory_names() {
        assert_eq!(
            MissionId::from_title("A Guestbook, with Ümlauts!", "7K2p").as_str(),
            "a-guestbook-with-mlauts-7k2p"
        );
        assert_eq!(MissionId::from_title("…", "x").as_str(), "mission-x");
        for word in ["../x", "", "-x", "A", "a/b"] {
            assert!(word.parse::<MissionId>().is_err(), "{word}");
        }
    }
}
