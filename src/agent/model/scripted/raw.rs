//! A script file as TOML holds it, before it is checked.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) script: Vec<Spanned<RawScript>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScript {
    pub(super) name: String,
    /// Label → exact value, or a regex between slashes.
    #[serde(rename = "match")]
    pub(super) labels: BTreeMap<String, String>,
    /// Name → expression: what several steps speak of.
    #[serde(rename = "let", default)]
    pub(super) names: BTreeMap<String, String>,
    pub(super) step: Vec<Spanned<RawStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    pub(super) id: Option<String>,
    #[serde(rename = "if")]
    pub(super) condition: Option<String>,
    pub(super) say: Option<String>,
    #[serde(default)]
    pub(super) calls: Vec<RawCall>,
    pub(super) goto: Option<String>,
    #[serde(default)]
    pub(super) end: bool,
    pub(super) repeat_until: Option<String>,
    pub(super) at_most: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCall {
    pub(super) tool: String,
    pub(super) input: toml::Value,
    #[serde(rename = "as")]
    pub(super) name: Option<String>,
    #[serde(rename = "if")]
    pub(super) condition: Option<String>,
}
