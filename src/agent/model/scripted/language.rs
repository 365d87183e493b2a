//! The expressions and templates of a script: minijinja, strict about names, with a few filters for tool answers.

use std::collections::BTreeSet;

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use regex::Regex;

/// An expression or a template that compiles, with the names it uses from outside.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    source: String,
    /// Dotted names, such as `results.home.text`.
    pub(super) names: BTreeSet<String>,
}

impl Text {
    /// Takes an expression, such as `results.home.text is matching('status: 200')`.
    pub(super) fn expression(source: &str) -> Result<Self, String> {
        let language = language();
        let compiled = language.compile_expression(source).map_err(|error| sentence(&error))?;
        Ok(Self {
            source: source.to_owned(),
            names: compiled.undeclared_variables(true).into_iter().collect(),
        })
    }

    /// Takes a template, such as `Signed as {{ labels.feature }}`.
    pub(super) fn template(source: &str) -> Result<Self, String> {
        let language = language();
        let compiled = language.template_from_str(source).map_err(|error| sentence(&error))?;
        Ok(Self {
            source: source.to_owned(),
            names: compiled.undeclared_variables(true).into_iter().collect(),
        })
    }

    /// Whether it uses a name, or something of it.
    pub(super) fn uses(&self, name: &str) -> bool {
        self.names.iter().any(|used| used.split('.').next() == Some(name))
    }

    /// The value of the expression.
    pub(super) fn value(&self, context: Value) -> Result<Value, String> {
        let language = language();
        language
            .compile_expression(&self.source)
            .and_then(|compiled| compiled.eval(context))
            .map_err(|error| format!("`{}`: {}", self.source, sentence(&error)))
    }

    /// The text that the template comes to.
    pub(super) fn render(&self, context: Value) -> Result<String, String> {
        language()
            .render_str(&self.source, context)
            .map_err(|error| format!("`{}`: {}", excerpt(&self.source), sentence(&error)))
    }
}

fn language<'source>() -> Environment<'source> {
    let mut language = Environment::new();
    language.set_undefined_behavior(UndefinedBehavior::Strict);
    language.add_filter("matches", matches);
    language.add_test("matching", matches);
    language.add_filter("contains", contains);
    language.add_test("containing", contains);
    language.add_filter("capture", capture);
    language.add_filter("find_all", find_all);
    language.add_filter("evidence", evidence);
    language
}

fn matches(text: &str, pattern: &str) -> Result<bool, Error> {
    Ok(regex(pattern)?.is_match(text))
}

#[expect(clippy::needless_pass_by_value, reason = "minijinja hands values over")]
fn contains(text: String, part: String) -> bool {
    text.contains(&part)
}

/// The first group of the first match, or undefined, which the strict language refuses to print.
fn capture(text: &str, pattern: &str) -> Result<Value, Error> {
    let regex = regex(pattern)?;
    let group = regex.captures(text).and_then(|found| found.get(1).or_else(|| found.get(0)));
    Ok(group.map_or(Value::UNDEFINED, |group| Value::from(group.as_str())))
}

/// Every match: its only group, or the list of its groups when it has several.
fn find_all(text: &str, pattern: &str) -> Result<Vec<Value>, Error> {
    let regex = regex(pattern)?;
    let found = regex.captures_iter(text).map(|found| {
        let texts: Vec<&str> = found.iter().map(|group| group.map_or("", |group| group.as_str())).collect();
        match texts.as_slice() {
            [whole] => Value::from(*whole),
            [_, only] => Value::from(*only),
            _ => texts.iter().skip(1).map(|text| Value::from(*text)).collect(),
        }
    });
    Ok(found.collect())
}

/// The evidence that a tool's answer names, or that several answers name; none when a tool kept none.
#[expect(clippy::needless_pass_by_value, reason = "minijinja hands values over")]
fn evidence(answer: Value) -> Result<Vec<Value>, Error> {
    if let Some(text) = answer.as_str() {
        return find_all(text, r"(?m)^evidence: (\S+)");
    }
    if answer.kind() == minijinja::value::ValueKind::Seq {
        let lists = answer.try_iter()?.map(evidence).collect::<Result<Vec<_>, _>>()?;
        return Ok(lists.concat());
    }
    evidence(answer.get_attr("text")?)
}

fn regex(pattern: &str) -> Result<Regex, Error> {
    Regex::new(pattern).map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

fn sentence(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()))
}

fn excerpt(source: &str) -> String {
    const LONGEST: usize = 80;
    let line = source.trim().lines().next().unwrap_or_default();
    let short: String = line.chars().take(LONGEST).collect();
    if short.len() < source.trim().len() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    fn value(source: &str) -> Value {
        let home =
            context! { text => "status: 200\nServer: x\n\n<h1>Hi</h1>\nevidence: ev_1", status => "done" };
        let sign = context! { text => "no proof here", status => "failed" };
        Text::expression(source).unwrap().value(context! { home, sign }).unwrap()
    }

    #[test]
    fn filters_and_tests_read_an_answer() {
        assert!(value("home.text is matching('^status: 2..')").is_true());
        assert!(value("home.text is containing('<h1>') and not sign.text|contains('<h1>')").is_true());
        assert_eq!(value("home.text|capture('status: (.)')").as_str(), Some("2"));
        assert_eq!(
            value("home.text|find_all('[a-z]+: ([a-z0-9_]+)')|join(' ')").as_str(),
            Some("200 x ev_1")
        );
        assert_eq!(value("[home, sign]|evidence|join").as_str(), Some("ev_1"));
    }

    #[test]
    fn what_is_not_there_is_an_error_and_not_an_empty_word() {
        let text = Text::template("seen: {{ answer|capture('x(.)') }}").unwrap();
        assert!(text.render(context! { answer => "nothing" }).unwrap_err().contains("undefined"));
        let text = Text::expression("answer is matching('(')").unwrap();
        assert!(text.value(context! { answer => "" }).unwrap_err().contains("unclosed group"));
    }
}
