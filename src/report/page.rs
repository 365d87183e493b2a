//! The report for people: one HTML page that holds everything it shows, or Markdown.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use super::error::ReportError;
use super::facts::MissionReport;
use crate::view::markdown;

const HTML: &str = "report.html";
const MARKDOWN: &str = "report.md";

/// Names of HTML are escaped as it needs; those of Markdown by its own filters.
static TEMPLATES: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_auto_escape_callback(|name| if name == HTML { AutoEscape::Html } else { AutoEscape::None });
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    templates.add_filter("md", |words: &str| markdown::text(words));
    templates.add_filter("quote", |words: &str| {
        words.lines().map(|line| format!("> {}", markdown::escaped(line))).collect::<Vec<_>>().join("\n")
    });
    templates.add_filter("short", |commit: &str| commit.chars().take(8).collect::<String>());
    templates.add_template(HTML, include_str!("../../assets/report.html"))?;
    templates.add_template(MARKDOWN, include_str!("../../assets/report.md"))?;
    Ok(templates)
});

/// The whole report as one page: no script, nothing from elsewhere, light or dark as its reader's system is.
///
/// # Errors
/// When it cannot be set out.
pub fn html(report: &MissionReport) -> Result<String, ReportError> {
    set_out(HTML, report)
}

/// The report without its evidence, for places that show Markdown.
///
/// # Errors
/// When it cannot be set out.
pub fn markdown(report: &MissionReport) -> Result<String, ReportError> {
    set_out(MARKDOWN, report)
}

fn set_out(name: &str, report: &MissionReport) -> Result<String, ReportError> {
    let templates = TEMPLATES
        .as_ref()
        .map_err(|error| ReportError::Template(minijinja::Error::new(error.kind(), error.to_string())))?;
    Ok(templates.get_template(name)?.render(Value::from(Serde(report)))? + "\n")
}
