//! From a model's strings to the domain's bounded texts; what does not fit goes back to the model.

use std::str::FromStr;

use crate::agent::tool::ToolError;
use crate::domain::text::Text;

/// A text that must say something and fit.
pub(super) fn text<const MAX: usize>(field: &str, value: &str) -> Result<Text<MAX>, ToolError> {
    Text::new(value).map_err(|error| ToolError::Mend(format!("`{field}`: {error}")))
}

/// A text that may be missing or empty.
pub(super) fn maybe<const MAX: usize>(
    field: &str,
    value: Option<&str>,
) -> Result<Option<Text<MAX>>, ToolError> {
    value.filter(|value| !value.trim().is_empty()).map(|value| text(field, value)).transpose()
}

/// Texts of a list; empty ones are left out.
pub(super) fn texts<const MAX: usize>(field: &str, values: &[String]) -> Result<Vec<Text<MAX>>, ToolError> {
    values.iter().filter(|value| !value.trim().is_empty()).map(|value| text(field, value)).collect()
}

/// An id or another word with a fixed form.
pub(super) fn id<T: FromStr<Err: std::fmt::Display>>(word: &str) -> Result<T, ToolError> {
    word.parse().map_err(|error: T::Err| ToolError::Mend(error.to_string()))
}

/// Ids of a list.
pub(super) fn ids<T: FromStr<Err: std::fmt::Display>>(words: &[String]) -> Result<Vec<T>, ToolError> {
    words.iter().map(|word| id(word)).collect()
}
