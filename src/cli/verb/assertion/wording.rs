//! An assertion's wording on the command line and in the person's editor.

use anyhow::Result;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::cli::ask::text;
use crate::cli::fault::misuse;
use crate::domain::command::WordingEdit;
use crate::domain::contract::{Check, Instrument, Weight, Wording};
use crate::domain::text::Text;
use crate::view::contract::weight;

/// The parts of a wording; what is not named stays.
#[derive(Debug, Clone, Default, clap::Args, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordingArgs {
    /// One line
    #[arg(long, allow_hyphen_values = true)]
    pub title: Option<String>,
    /// What a user observes, in sentences
    #[arg(long, allow_hyphen_values = true)]
    pub statement: Option<String>,
    /// The steps of a tester, and what they must see
    #[arg(long, allow_hyphen_values = true)]
    pub how: Option<String>,
    /// What the tester works the app with
    #[arg(long)]
    pub via: Option<Instrument>,
    /// A command that decides it mechanically; an empty one takes it away
    #[arg(long, allow_hyphen_values = true)]
    pub command: Option<String>,
    /// Whether it holds before anything is built and must still hold afterwards
    #[arg(long)]
    pub guard: Option<bool>,
    /// What must be kept as proof
    #[arg(long, allow_hyphen_values = true)]
    pub evidence: Option<String>,
    /// Whether the milestone cannot pass without it
    #[arg(long)]
    #[serde(default, with = "hyphenated")]
    pub weight: Option<Weight>,
}

impl ValueEnum for Instrument {
    fn value_variants<'a>() -> &'a [Self] {
        Self::VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word()))
    }
}

impl ValueEnum for Weight {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Blocking, Self::NonBlocking]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(weight(*self)))
    }
}

/// A weight in the file is written as on the command line.
mod hyphenated {
    use clap::ValueEnum;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::domain::contract::Weight;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        clippy::ref_option,
        reason = "serde's `with` asks for this shape"
    )]
    pub fn serialize<S: Serializer>(weight: &Option<Weight>, serializer: S) -> Result<S::Ok, S::Error> {
        let value = weight.and_then(|weight| weight.to_possible_value());
        value.map(|value| value.get_name().to_owned()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Weight>, D::Error> {
        let word = Option::<String>::deserialize(deserializer)?;
        let weight = word.map(|word| Weight::from_str(&word, true)).transpose();
        weight.map_err(|_| D::Error::custom("`weight` must be blocking or non-blocking"))
    }
}

impl WordingArgs {
    /// All parts of a wording.
    pub fn of(wording: &Wording) -> Self {
        Self {
            title: Some(wording.title.to_string()),
            statement: Some(wording.statement.to_string()),
            how: Some(wording.check.how.to_string()),
            via: Some(wording.check.via),
            command: wording.check.command.as_ref().map(ToString::to_string),
            guard: wording.check.guard.then_some(true),
            evidence: Some(wording.evidence.to_string()),
            weight: Some(wording.weight),
        }
    }

    /// Whether no part is named.
    pub fn is_empty(&self) -> bool {
        let texts = [&self.title, &self.statement, &self.how, &self.command, &self.evidence];
        texts.iter().all(|text| text.is_none()) && self.via.is_none() && self.weight.is_none()
    }

    /// A wording with these parts in place of its own.
    pub fn over(&self, present: &Wording) -> Result<Wording> {
        let check = &present.check;
        let command = self.command.as_deref().filter(|line| !line.trim().is_empty());
        let command = command.map(|line| text("--command", line)).transpose()?;
        let present_command = check.command.clone().filter(|_| self.command.is_none());
        Ok(Wording {
            title: part("--title", self.title.as_deref(), &present.title)?,
            statement: part("--statement", self.statement.as_deref(), &present.statement)?,
            check: Check {
                via: self.via.unwrap_or(check.via),
                how: part("--how", self.how.as_deref(), &check.how)?,
                command: command.or(present_command),
                guard: self.guard.unwrap_or(check.guard),
            },
            evidence: part("--evidence", self.evidence.as_deref(), &present.evidence)?,
            weight: self.weight.unwrap_or(present.weight),
        })
    }

    /// The change against a wording: only what differs from it.
    pub fn edit(&self, present: &Wording) -> Result<WordingEdit> {
        let edit = WordingEdit::between(present, &self.over(present)?);
        if edit.is_empty() {
            return Err(misuse(
                "nothing would change: name what should, with --title, --statement, --how, --via, --command, \
                 --guard, --evidence or --weight, or use --editor",
            ));
        }
        Ok(edit)
    }

    /// A whole wording for a new assertion.
    pub fn whole(&self) -> Result<Wording> {
        for (name, part) in [
            ("--statement", &self.statement),
            ("--how", &self.how),
            ("--evidence", &self.evidence),
            ("--title", &self.title),
        ] {
            if part.is_none() {
                return Err(misuse(format!("a new assertion needs {name}")));
            }
        }
        let via = self
            .via
            .ok_or_else(|| misuse("a new assertion needs --via command, http, terminal or browser"))?;
        self.over(&Wording {
            title: Text::default(),
            statement: Text::default(),
            check: Check { via, how: Text::default(), command: None, guard: false },
            evidence: Text::default(),
            weight: Weight::default(),
        })
    }
}

fn part<const MAX: usize>(name: &str, words: Option<&str>, present: &Text<MAX>) -> Result<Text<MAX>> {
    words.map_or_else(|| Ok(present.clone()), |words| text(name, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::CheckEdit;
    use crate::domain::text::{Line, Prose, Title};

    fn present() -> Wording {
        Wording {
            title: Title::clipped("Login"),
            statement: Prose::clipped("A user logs in."),
            check: Check {
                via: Instrument::Http,
                how: Prose::clipped("POST /login"),
                command: None,
                guard: false,
            },
            evidence: Line::clipped("the exchange"),
            weight: Weight::Blocking,
        }
    }

    #[test]
    fn an_edit_holds_only_what_differs() {
        let args = WordingArgs {
            title: Some("Login".to_owned()),
            how: Some("POST /session".to_owned()),
            weight: Some(Weight::Blocking),
            ..WordingArgs::default()
        };
        let edit = args.edit(&present()).unwrap();
        let check = CheckEdit { how: Some(Prose::clipped("POST /session")), ..CheckEdit::default() };
        assert_eq!(edit, WordingEdit { check: Some(check), ..WordingEdit::default() });
        let had =
            Wording { check: Check { command: Some(Line::clipped("make")), ..present().check }, ..present() };
        let none = WordingArgs { command: Some(String::new()), ..WordingArgs::default() };
        assert_eq!(none.edit(&had).unwrap().applied_to(&had), present(), "a command can be taken away");
        let nothing = WordingArgs { title: Some("Login".to_owned()), ..WordingArgs::default() };
        assert!(nothing.edit(&present()).unwrap_err().to_string().starts_with("nothing would change"));
    }

    #[test]
    fn the_editors_file_says_what_the_flags_say() {
        let present = Wording { weight: Weight::NonBlocking, ..present() };
        let file = toml::to_string_pretty(&WordingArgs::of(&present)).unwrap();
        assert!(file.contains("via = \"http\"") && file.ends_with("weight = \"non-blocking\"\n"), "{file}");
        let read: WordingArgs = toml::from_str(&file).unwrap();
        assert_eq!(read.over(&present).unwrap(), present);
        for (line, words) in
            [("colour = 1", "unknown field"), ("weight = \"x\"", "must be blocking or non-blocking")]
        {
            assert!(toml::from_str::<WordingArgs>(line).unwrap_err().to_string().contains(words), "{line}");
        }
    }

    #[test]
    fn a_new_assertion_needs_all_its_parts() {
        let args = WordingArgs { title: Some("x".to_owned()), ..WordingArgs::default() };
        assert_eq!(args.whole().unwrap_err().to_string(), "a new assertion needs --statement");
    }
}
