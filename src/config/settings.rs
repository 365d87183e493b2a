//! The settings as the rest of flightdeck uses them: plain data, resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::json;

use super::backend::{Remote, variable_of};
use super::home::Home;
use super::layers::Layered;
use super::origin::{Layer, Origin, Setting};
use super::values::{Agent, Mcp, Provider, ToolsName, Url, Values};
use super::variables::Variables;
use crate::domain::attempt::Role;
use crate::domain::budget::Budget;
use crate::domain::gate::Autopilot;
use crate::domain::mission::Limits;
use crate::domain::quiet::QuietHours;
use crate::workspace::SandboxOptions;
use crate::workspace::process::looks_secret;

/// The models that are flown with when nobody names one, by the provider whose key is found first.
pub const USUAL_MODELS: [(&str, &str); 2] =
    [("anthropic", "anthropic/claude-sonnet-5-5"), ("openai", "openai/gpt-5.1")];

/// Everything that is set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `provider/model` of each role; empty when no key was found and nothing is set.
    pub models: BTreeMap<Role, String>,
    /// `provider/model` that plays a role when its model is given up on.
    pub fallbacks: BTreeMap<Role, String>,
    pub budget: Budget,
    pub limits: Limits,
    pub autopilot: Autopilot,
    /// What stands before a mission's id in the name of its branch.
    pub branch_prefix: String,
    /// The name of a theme; `None` leaves it to the terminal.
    pub theme: Option<String>,
    /// How the console draws pictures: `auto`, `kitty`, `iterm2`, `sixel`, `blocks` or `off`.
    pub pictures: String,
    /// Key chords by action, for the console.
    pub keys: BTreeMap<String, Vec<String>>,
    /// How fast a rehearsal plays: 2 is twice as fast.
    pub speed: f64,
    /// A file of models and prices that wins over the built-in one.
    pub prices: Option<PathBuf>,
    /// Variables of the person's environment that the mission's programs get beside the usual ones, with their values.
    pub passed: Vec<(String, String)>,
    /// The Chromium that testers work pages in; `None` takes the first that is found on `PATH`.
    pub browser: Option<PathBuf>,
    /// When nothing new is started and nobody is rung.
    pub quiet_hours: Option<QuietHours>,
    /// Whether the machine stays awake while something runs.
    pub keep_awake: bool,
    /// Whether a mission goes on by itself when a spent quota is back.
    pub resume_after_quota: bool,
    /// How programs that agents start are to be kept in.
    pub sandbox: SandboxOptions,
    /// The person's file, named in advice.
    pub user_file: PathBuf,
    pub(super) providers: BTreeMap<String, Provider>,
    /// By the word of a role, or `default`.
    pub(super) tools: BTreeMap<String, ToolsName>,
    pub(super) agents: BTreeMap<String, Agent>,
    pub(super) mcp: BTreeMap<String, Mcp>,
    pub(super) variables: Variables,
    by_key: BTreeMap<String, Setting>,
}

impl Settings {
    /// Every value with its origin, by key.
    pub fn origins(&self) -> impl Iterator<Item = &Setting> {
        self.by_key.values()
    }

    /// Where a value comes from, in words; empty when it is not set.
    pub fn origin_of(&self, key: &str) -> String {
        self.by_key.get(key).map(|set| set.origin.to_string()).unwrap_or_default()
    }

    /// A variable of the environment that the settings were read in.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name)
    }

    /// Where the list of models lies that the person fetched, if they did.
    pub fn fetched_models(&self) -> Option<PathBuf> {
        let is_somebodys = ["FLIGHTDECK_HOME", "XDG_STATE_HOME", "HOME"];
        let known = is_somebodys.iter().any(|name| self.variables.get(name).is_some());
        known.then(|| Home::find(&self.variables).ok().map(|home| home.models_file())).flatten()
    }

    pub(super) fn resolve(mut layered: Layered, variables: Variables, user_file: PathBuf) -> Self {
        lay_addresses(&mut layered, &variables);
        hide_keys(&mut layered.by_key);
        let Layered { mut by_key, values } = layered;
        let Values { budget, limits, sandbox, providers, agents, mcp, ref fallback, .. } = values;
        let fallbacks = Role::ALL.iter().filter_map(|role| {
            let chosen = fallback.get(role.word()).or_else(|| fallback.get("default"))?;
            Some((*role, chosen.0.clone()))
        });
        Self {
            fallbacks: fallbacks.collect(),
            models: choose_models(&mut by_key, &providers, &variables),
            budget: Budget {
                micro_dollars: budget.money.map(|dollars| scaled(dollars.0, 1e6)),
                tokens: budget.tokens.map(|tokens| tokens.0),
                agent_ms: budget.hours.map(|hours| scaled(hours.0, 3.6e6)),
                validation_percent: budget.validation_percent.0,
            },
            limits: Limits {
                rounds: limits.rounds.0,
                failures: limits.failures.0,
                reviewers: limits.reviewers.0,
                critic_rounds: limits.critic_rounds.0,
                testers: limits.testers.0,
                sabotage_percent: limits.sabotage_percent.0,
                min_families: limits.min_families.0,
            },
            autopilot: if values.autopilot.0 { Autopilot::On } else { Autopilot::Off },
            branch_prefix: values.branch_prefix.0,
            theme: values.theme.map(|theme| theme.0),
            pictures: values.pictures.0,
            keys: values.keys.into_iter().map(|(action, chords)| (action, chords.0)).collect(),
            speed: values.speed.0,
            prices: values.prices.map(|path| expanded(&path.0, &variables)),
            passed: passed(values.pass_env.map(|names| names.0).unwrap_or_default(), &variables),
            browser: values.browser.map(|path| expanded(&path.0, &variables)),
            quiet_hours: values.quiet_hours.map(|hours| hours.0),
            keep_awake: values.keep_awake.0,
            resume_after_quota: values.resume_after_quota.0,
            sandbox: sandbox.options(&variables),
            providers,
            tools: values.tools,
            agents,
            mcp,
            user_file,
            variables,
            by_key,
        }
    }
}

/// A key that stands in a file all the same is given to its agent or server and shown to nobody.
fn hide_keys(by_key: &mut BTreeMap<String, Setting>) {
    for (key, set) in by_key.iter_mut().filter(|(key, _)| is_started(key)) {
        let variable = key.split_once(".env.").map_or("", |(_, variable)| variable);
        if looks_secret(variable) && !set.value.as_str().unwrap_or_default().starts_with('$') {
            set.value = json!("(a key)");
        }
    }
}

fn is_started(key: &str) -> bool {
    key.starts_with("agents.") || key.starts_with("mcp.")
}

/// The variables of these names that are set.
fn passed(names: Vec<String>, variables: &Variables) -> Vec<(String, String)> {
    names.into_iter().filter_map(|name| Some((name.clone(), variables.get(&name)?.to_owned()))).collect()
}

/// A number with a unit as a whole number of a smaller unit.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, which is meant")]
fn scaled(number: f64, factor: f64) -> u64 {
    (number * factor).round() as u64
}

/// `NAME_BASE_URL` says where a provider is, as other clients read it.
fn lay_addresses(layered: &mut Layered, variables: &Variables) {
    let usual = USUAL_MODELS.map(|(name, _)| name.to_owned());
    let names: BTreeSet<String> = layered.values.providers.keys().cloned().chain(usual).collect();
    for name in names {
        let variable = variable_of(&name, "BASE_URL");
        if let Some(url) = variables.get(&variable).map(str::trim) {
            let key = format!("providers.{name}.base_url");
            let origin = Origin::new(Layer::Environment, variable);
            layered.by_key.insert(key.clone(), Setting { key, value: json!(url), origin });
            layered.values.providers.entry(name).or_default().base_url = Some(Url(url.to_owned()));
        }
    }
}

/// Gives every role that has none a model: the default one, else the usual one of a provider with a key.
fn choose_models(
    by_key: &mut BTreeMap<String, Setting>,
    providers: &BTreeMap<String, Provider>,
    variables: &Variables,
) -> BTreeMap<Role, String> {
    let usual = || {
        USUAL_MODELS.into_iter().find_map(|(name, model)| {
            let set = providers.get(name).cloned().unwrap_or_default();
            let because = Remote::of(name, &set, variables, "any").key_source()?;
            let origin = Origin::new(Layer::Default, format!("default, because {because}"));
            Some(Setting { key: String::new(), value: json!(model), origin })
        })
    };
    let fallback = by_key.get("models.default").cloned().or_else(usual);
    let mut models = BTreeMap::new();
    for role in Role::ALL.iter().copied() {
        let key = format!("models.{}", role.word());
        let chosen = by_key.get(&key).or(fallback.as_ref()).cloned();
        let Some(setting) = chosen else { continue };
        models.insert(role, setting.value.as_str().unwrap_or_default().to_owned());
        by_key.insert(key.clone(), Setting { key, ..setting });
    }
    models
}

pub(super) fn expanded(path: &str, variables: &Variables) -> PathBuf {
    match (path.strip_prefix("~/"), variables.get("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}
