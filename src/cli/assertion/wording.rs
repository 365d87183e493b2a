//! An assertion's wording on the command line.

use anyhow::Result;
use clap::ValueEnum;

use crate::cli::ask::text;
use crate::cli::fault::misuse;
use crate::domain::command::WordingEdit;
use crate::domain::contract::{Check, Instrument, Weight, Wording};

/// The parts of a wording; what is not named stays.
#[derive(Debug, Clone, Default, clap::Args)]
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
    pub via: Option<Via>,
    /// A command that decides it mechanically
    #[arg(long, allow_hyphen_values = true)]
    pub command: Option<String>,
    /// What must be kept as proof
    #[arg(long, allow_hyphen_values = true)]
    pub evidence: Option<String>,
    /// Whether the milestone cannot pass without it
    #[arg(long)]
    pub weight: Option<WeightArg>,
}

/// An instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Via {
    Command,
    Http,
    Terminal,
    Browser,
}

/// A weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WeightArg {
    Blocking,
    NonBlocking,
}

impl From<Via> for Instrument {
    fn from(via: Via) -> Self {
        match via {
            Via::Command => Self::Command,
            Via::Http => Self::Http,
            Via::Terminal => Self::Terminal,
            Via::Browser => Self::Browser,
        }
    }
}

impl From<WeightArg> for Weight {
    fn from(heft: WeightArg) -> Self {
        match heft {
            WeightArg::Blocking => Self::Blocking,
            WeightArg::NonBlocking => Self::NonBlocking,
        }
    }
}

impl WordingArgs {
    /// The change against a wording: only what differs from it.
    ///
    /// # Errors
    /// When a text is empty or too long, or nothing would change.
    pub fn edit(&self, present: &Wording) -> Result<WordingEdit> {
        let check = Check {
            via: self.via.map_or(present.check.via, Instrument::from),
            how: optional("--how", self.how.as_deref())?.unwrap_or_else(|| present.check.how.clone()),
            command: optional("--command", self.command.as_deref())?
                .or_else(|| present.check.command.clone()),
        };
        let edit = WordingEdit {
            title: optional("--title", self.title.as_deref())?.filter(|new| *new != present.title),
            statement: optional("--statement", self.statement.as_deref())?
                .filter(|new| *new != present.statement),
            check: (check != present.check).then_some(check),
            evidence: optional("--evidence", self.evidence.as_deref())?
                .filter(|new| *new != present.evidence),
            weight: self.weight.map(Weight::from).filter(|new| *new != present.weight),
        };
        if edit == WordingEdit::default() {
            return Err(misuse(
                "nothing would change: name what should, with --title, --statement, --how, --via, --command, \
                 --evidence or --weight, or use --editor",
            ));
        }
        Ok(edit)
    }

    /// A whole wording for a new assertion.
    ///
    /// # Errors
    /// When a part is missing.
    pub fn whole(&self) -> Result<Wording> {
        let needed = |name: &str, part: &Option<String>| {
            part.clone().ok_or_else(|| misuse(format!("a new assertion needs {name}")))
        };
        let statement = needed("--statement", &self.statement)?;
        let how = needed("--how", &self.how)?;
        let evidence = needed("--evidence", &self.evidence)?;
        let via = self
            .via
            .ok_or_else(|| misuse("a new assertion needs --via command, http, terminal or browser"))?;
        Ok(Wording {
            title: text("--title", &needed("--title", &self.title)?)?,
            statement: text("--statement", &statement)?,
            check: Check {
                via: via.into(),
                how: text("--how", &how)?,
                command: optional("--command", self.command.as_deref())?,
            },
            evidence: text("--evidence", &evidence)?,
            weight: self.weight.map_or(Weight::Blocking, Weight::from),
        })
    }
}

fn optional<const MAX: usize>(
    name: &str,
    words: Option<&str>,
) -> Result<Option<crate::domain::text::Text<MAX>>> {
    words.map(|words| text(name, words)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::{Line, Prose, Title};

    fn present() -> Wording {
        Wording {
            title: Title::clipped("Login"),
            statement: Prose::clipped("A user logs in."),
            check: Check { via: Instrument::Http, how: Prose::clipped("POST /login"), command: None },
            evidence: Line::clipped("the exchange"),
            weight: Weight::Blocking,
        }
    }

    #[test]
    fn an_edit_holds_only_what_differs() {
        let args = WordingArgs {
            title: Some("Login".to_owned()),
            how: Some("POST /session".to_owned()),
            weight: Some(WeightArg::Blocking),
            ..WordingArgs::default()
        };
        let edit = args.edit(&present()).unwrap();
        let check = Check { how: Prose::clipped("POST /session"), ..present().check };
        assert_eq!(edit, WordingEdit { check: Some(check), ..WordingEdit::default() });
        let nothing = WordingArgs { title: Some("Login".to_owned()), ..WordingArgs::default() };
        assert!(nothing.edit(&present()).unwrap_err().to_string().starts_with("nothing would change"));
    }

    #[test]
    fn a_new_assertion_needs_all_its_parts() {
        let args = WordingArgs { title: Some("x".to_owned()), ..WordingArgs::default() };
        assert_eq!(args.whole().unwrap_err().to_string(), "a new assertion needs --statement");
    }
}
