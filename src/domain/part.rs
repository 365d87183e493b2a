//! The parts that assertions and features are worded in, edits that name only some of them, and who worded each.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, IntoStaticStr};

use super::contract::{Check, Instrument, Weight, Wording};
use super::event::Actor;
use super::id::Revision;
use super::plan::FeatureSpec;
use super::text::{Line, Prose, Title, worded};

/// A part of an assertion or of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Part {
    Title,
    Statement,
    Via,
    How,
    Command,
    Guard,
    Evidence,
    Weight,
    Description,
    Criteria,
}

worded!(Part);

/// What is worded in parts.
pub trait Worded {
    /// Every part with what it says; empty where it says nothing.
    fn parts(&self) -> Vec<(Part, String)>;
}

/// A part that differs: what it said, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reworded {
    pub part: Part,
    pub old: String,
    pub new: String,
}

/// The parts in which two wordings differ.
pub fn differing<T: Worded>(old: &T, new: &T) -> Vec<Reworded> {
    let pairs = old.parts().into_iter().zip(new.parts()).filter(|(old, new)| old != new);
    pairs.map(|((part, old), (_, new))| Reworded { part, old, new }).collect()
}

impl Worded for Wording {
    fn parts(&self) -> Vec<(Part, String)> {
        let Check { via, how, command, guard } = &self.check;
        vec![
            (Part::Title, self.title.to_string()),
            (Part::Statement, self.statement.to_string()),
            (Part::Via, via.word().to_owned()),
            (Part::How, how.to_string()),
            (Part::Command, command.as_ref().map(ToString::to_string).unwrap_or_default()),
            (Part::Guard, if *guard { "yes".to_owned() } else { String::new() }),
            (Part::Evidence, self.evidence.to_string()),
            (Part::Weight, self.weight.word().to_owned()),
        ]
    }
}

impl Worded for FeatureSpec {
    fn parts(&self) -> Vec<(Part, String)> {
        let criteria: Vec<&str> = self.criteria.iter().map(Line::as_str).collect();
        vec![
            (Part::Title, self.title.to_string()),
            (Part::Description, self.description.to_string()),
            (Part::Criteria, criteria.join("\n")),
        ]
    }
}

/// Changes of an assertion's wording. What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WordingEdit {
    pub title: Option<Title>,
    pub statement: Option<Prose>,
    pub check: Option<CheckEdit>,
    pub evidence: Option<Line>,
    #[serde(alias = "severity")]
    #[schemars(rename = "severity")]
    pub weight: Option<Weight>,
}

/// Changes of how it is checked. What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "What is left out stays as it is.")]
pub struct CheckEdit {
    pub via: Option<Instrument>,
    /// The tester's steps, and exactly what they must see.
    pub how: Option<Prose>,
    /// A shell command that decides it. An empty one takes the command away.
    pub command: Option<Line>,
    /// Whether it holds before anything is built and must still hold afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<bool>,
}

/// Changes of a feature's words. What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecEdit {
    pub title: Option<Title>,
    pub description: Option<Prose>,
    pub criteria: Option<Vec<Line>>,
}

impl WordingEdit {
    /// What makes `new` of `old`: only what differs.
    pub fn between(old: &Wording, new: &Wording) -> Self {
        let (was, is) = (&old.check, &new.check);
        let check = CheckEdit {
            via: (is.via != was.via).then_some(is.via),
            how: (is.how != was.how).then(|| is.how.clone()),
            command: (is.command != was.command).then(|| is.command.clone().unwrap_or_default()),
            guard: (is.guard != was.guard).then_some(is.guard),
        };
        Self {
            title: (new.title != old.title).then(|| new.title.clone()),
            statement: (new.statement != old.statement).then(|| new.statement.clone()),
            check: (check != CheckEdit::default()).then_some(check),
            evidence: (new.evidence != old.evidence).then(|| new.evidence.clone()),
            weight: (new.weight != old.weight).then_some(new.weight),
        }
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The wording after the edit.
    pub fn applied_to(&self, wording: &Wording) -> Wording {
        let Check { via, how, command, guard } = &wording.check;
        let edit = self.check.clone().unwrap_or_default();
        let command = edit.command.or_else(|| command.clone()).filter(|command| !command.is_empty());
        Wording {
            title: self.title.clone().unwrap_or_else(|| wording.title.clone()),
            statement: self.statement.clone().unwrap_or_else(|| wording.statement.clone()),
            check: Check {
                via: edit.via.unwrap_or(*via),
                how: edit.how.unwrap_or_else(|| how.clone()),
                command,
                guard: edit.guard.unwrap_or(*guard),
            },
            evidence: self.evidence.clone().unwrap_or_else(|| wording.evidence.clone()),
            weight: self.weight.unwrap_or(wording.weight),
        }
    }

    /// The edit of some parts only.
    #[must_use]
    pub fn only(self, wanted: impl Fn(Part) -> bool) -> Self {
        let check = self.check.unwrap_or_default();
        let check = CheckEdit {
            via: check.via.filter(|_| wanted(Part::Via)),
            how: check.how.filter(|_| wanted(Part::How)),
            command: check.command.filter(|_| wanted(Part::Command)),
            guard: check.guard.filter(|_| wanted(Part::Guard)),
        };
        Self {
            title: self.title.filter(|_| wanted(Part::Title)),
            statement: self.statement.filter(|_| wanted(Part::Statement)),
            check: (check != CheckEdit::default()).then_some(check),
            evidence: self.evidence.filter(|_| wanted(Part::Evidence)),
            weight: self.weight.filter(|_| wanted(Part::Weight)),
        }
    }
}

impl SpecEdit {
    /// What makes `new` of `old`: only what differs.
    pub fn between(old: &FeatureSpec, new: &FeatureSpec) -> Self {
        Self {
            title: (new.title != old.title).then(|| new.title.clone()),
            description: (new.description != old.description).then(|| new.description.clone()),
            criteria: (new.criteria != old.criteria).then(|| new.criteria.clone()),
        }
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The words after the edit.
    pub fn applied_to(&self, spec: &FeatureSpec) -> FeatureSpec {
        FeatureSpec {
            title: self.title.clone().unwrap_or_else(|| spec.title.clone()),
            description: self.description.clone().unwrap_or_else(|| spec.description.clone()),
            criteria: self.criteria.clone().unwrap_or_else(|| spec.criteria.clone()),
        }
    }

    /// The edit of some parts only.
    #[must_use]
    pub fn only(self, wanted: impl Fn(Part) -> bool) -> Self {
        Self {
            title: self.title.filter(|_| wanted(Part::Title)),
            description: self.description.filter(|_| wanted(Part::Description)),
            criteria: self.criteria.filter(|_| wanted(Part::Criteria)),
        }
    }
}

/// Who worded what of one assertion or feature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authors {
    /// How often it has been worded.
    pub revision: Revision,
    parts: BTreeMap<Part, Author>,
    /// Who took it back, where somebody did.
    pub retired: Option<Actor>,
    /// Titles it had before, the last ones.
    titles: Vec<Title>,
}

/// Earlier titles that are remembered.
const MOST_TITLES: usize = 8;

/// Who gave a part its present words, and at which revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    pub by: Actor,
    pub revision: Revision,
}

impl Authors {
    /// Everything is worded by one.
    pub fn first<T: Worded>(worded: &T, by: Actor, revision: Revision) -> Self {
        let parts = worded.parts().into_iter().map(|(part, _)| (part, Author { by, revision }));
        Self { revision, parts: parts.collect(), retired: None, titles: Vec::new() }
    }

    /// Some parts have new words.
    pub fn reword<T: Worded>(&mut self, old: &T, new: &T, by: Actor, revision: Revision) {
        self.revision = revision;
        for found in differing(old, new) {
            self.parts.insert(found.part, Author { by, revision });
            if found.part == Part::Title {
                self.titles.push(Title::clipped(found.old));
                let extra = self.titles.len().saturating_sub(MOST_TITLES);
                self.titles.drain(..extra);
            }
        }
    }

    /// Who worded a part.
    pub fn of(&self, part: Part) -> Option<Author> {
        self.parts.get(&part).copied()
    }

    /// Every part with who worded it.
    pub fn all(&self) -> impl Iterator<Item = (Part, Author)> {
        self.parts.iter().map(|(part, author)| (*part, *author))
    }

    /// Whether it had a title before.
    pub fn was_called(&self, title: &str) -> bool {
        self.titles.iter().any(|known| known.as_str() == title)
    }

    /// Whether a part has the person's words.
    pub fn is_persons(&self, part: Part) -> bool {
        self.of(part).is_some_and(|author| author.by == Actor::Person)
    }

    /// The parts that have the person's words.
    pub fn persons(&self) -> impl Iterator<Item = Part> {
        self.parts.keys().copied().filter(|part| self.is_persons(*part))
    }

    /// Whether a part was worded anew after a revision.
    pub fn is_newer(&self, part: Part, base: Revision) -> bool {
        self.of(part).is_some_and(|author| author.revision > base)
    }
}
