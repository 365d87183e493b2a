//! Reading the document back, line by line.

use std::collections::BTreeMap;

use super::{DocumentError, Written};
use crate::domain::contract::{Check, Instrument, Weight, Wording};
use crate::domain::id::{IdError, Revision};
use crate::domain::text::Text;

/// Reads every assertion of a document.
///
/// # Errors
/// [`DocumentError`] at the first line that makes no sense.
pub fn read_contract(document: &str) -> Result<Vec<Written>, DocumentError> {
    let mut raw: Vec<Raw> = Vec::new();
    for (number, line) in (1..).zip(document.lines()) {
        if let Some(heading) = line.strip_prefix("## ") {
            raw.push(Raw::new(number, heading));
        } else if let Some(current) = raw.last_mut() {
            current.take(number, line);
        }
    }
    raw.into_iter().map(Raw::finish).collect()
}

/// What may stand under a heading.
const FIELDS: [&str; 7] = ["revision", "standing", "feature", "weight", "via", "command", "guard"];

/// An assertion as it is collected.
struct Raw {
    line: usize,
    heading: String,
    fields: Vec<(usize, String, String)>,
    texts: BTreeMap<Part, String>,
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Fields,
    /// An empty line after the fields: what comes may be one more of them, or the statement.
    Gap,
    Statement,
    How,
    Evidence,
}

impl Raw {
    fn new(line: usize, heading: &str) -> Self {
        let (heading, fields, texts) = (heading.trim().to_owned(), Vec::new(), BTreeMap::new());
        Self { line, heading, fields, texts, part: Part::Fields }
    }

    fn take(&mut self, number: usize, line: &str) {
        if let (Part::Fields | Part::Gap, Some(field)) = (self.part, line.strip_prefix("- ")) {
            let (name, value) = field.split_once(':').unwrap_or((field, ""));
            // A statement may begin with a list.
            if matches!(self.part, Part::Fields) || FIELDS.contains(&name.trim()) {
                self.fields.push((number, name.trim().to_owned(), value.trim().to_owned()));
                return;
            }
        }
        match line.trim_end() {
            "Check:" => self.part = Part::How,
            "Evidence:" => self.part = Part::Evidence,
            text => {
                if matches!(self.part, Part::Fields | Part::Gap) {
                    self.part = match text {
                        "" if self.fields.is_empty() => Part::Fields,
                        "" => Part::Gap,
                        _ => Part::Statement,
                    };
                }
                *self.texts.entry(self.part).or_default() += &format!("{text}\n");
            }
        }
    }

    fn finish(self) -> Result<Written, DocumentError> {
        let (id, title) = self.heading.split_once(' ').unwrap_or((&self.heading, ""));
        let id = id.parse().map_err(|error: IdError| error_at(self.line, error.to_string()))?;
        if let Some((line, name, _)) =
            self.fields.iter().find(|(_, name, _)| !FIELDS.contains(&name.as_str()))
        {
            return Err(error_at(*line, format!("`{name}` is no field: one of {}", FIELDS.join(", "))));
        }
        let revision =
            self.parsed("revision", "a number such as 2", |word| word.parse().ok().map(Revision))?;
        let feature = self.parsed("feature", "a feature such as F3", |word| word.parse().ok())?;
        let weight = self.parsed("weight", "blocking or non_blocking", |word| word.parse().ok())?;
        let via = self.via()?;
        let guard = self.parsed("guard", "yes or no", |word| match word {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })?;
        let command = self.field("command").map(|(line, word)| text_of("command", line, word)).transpose()?;
        let text = |part| self.texts.get(&part).map_or("", String::as_str);
        let wording = Wording {
            title: text_of("title", self.line, title)?,
            statement: text_of("statement", self.line, text(Part::Statement))?,
            check: Check {
                via,
                how: text_of("check", self.line, text(Part::How))?,
                command,
                guard: guard.unwrap_or_default(),
            },
            evidence: text_of("evidence", self.line, text(Part::Evidence))?,
            weight: weight.unwrap_or(Weight::Blocking),
        };
        Ok(Written { id, revision, feature, wording, line: self.line })
    }

    fn via(&self) -> Result<Instrument, DocumentError> {
        let Some((line, word)) = self.field("via") else {
            return Err(error_at(self.line, "it has no `- via:`".to_owned()));
        };
        word.parse().map_err(|_| {
            error_at(line, format!("\"{word}\" is no instrument: one of {}", Instrument::words()))
        })
    }

    fn parsed<T>(
        &self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, DocumentError> {
        let Some((line, word)) = self.field(name) else { return Ok(None) };
        parse(word).map(Some).ok_or_else(|| error_at(line, format!("`{name}` is \"{word}\", not {expected}")))
    }

    fn field(&self, name: &str) -> Option<(usize, &str)> {
        let found = self.fields.iter().find(|(_, field, _)| field == name);
        found.map(|(line, _, value)| (*line, value.as_str()))
    }
}

fn text_of<const MAX: usize>(name: &str, line: usize, text: &str) -> Result<Text<MAX>, DocumentError> {
    Text::new(text).map_err(|error| error_at(line, format!("its {name}: {error}")))
}

fn error_at(line: usize, sentence: String) -> DocumentError {
    DocumentError { line, sentence }
}
