//! The settings as the rest of flightdeck uses them: plain data, resolved.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::layers::Layered;
use super::origin::{Origin, Setting};
use super::variables::Variables;
use crate::domain::attempt::Role;
use crate::domain::budget::Budget;
use crate::domain::gate::Autopilot;
use crate::domain::mission::Limits;

/// The models that are flown with when nobody names one, by the provider whose key is found first.
const USUAL_MODELS: [(&str, &str); 2] =
    [("anthropic", "anthropic/claude-sonnet-5-5"), ("openai", "openai/gpt-5.1")];

/// Everything that is set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `provider/model` of each role; empty when no key was found and nothing is set.
    pub models: BTreeMap<Role, String>,
    pub providers: BTreeMap<String, ProviderSettings>,
    pub budget: Budget,
    pub limits: Limits,
    pub autopilot: Autopilot,
    /// The name of a theme; `None` leaves it to the terminal.
    pub theme: Option<String>,
    /// Key chords by action, for the console.
    pub keys: BTreeMap<String, Vec<String>>,
    /// How fast a rehearsal plays: 2 is twice as fast.
    pub speed: f64,
    /// A file of models and prices that wins over the built-in one.
    pub prices: Option<PathBuf>,
    /// The person's file, named in advice.
    pub user_file: PathBuf,
    pub(super) variables: Variables,
    layered: Layered,
}

/// What is set about one provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderSettings {
    pub base_url: Option<String>,
    pub wire: Option<String>,
    pub api_key_env: Option<String>,
    pub api_key_cmd: Option<String>,
}

impl Settings {
    /// Every value with its origin, by key.
    pub fn origins(&self) -> impl Iterator<Item = &Setting> {
        self.layered.values()
    }

    /// Where a value comes from, in words; empty when it is not set.
    pub fn origin_of(&self, key: &str) -> String {
        self.layered.get(key).map(|set| set.origin.to_string()).unwrap_or_default()
    }

    pub(super) fn resolve(mut layered: Layered, variables: Variables, user_file: PathBuf) -> Self {
        lay_addresses(&mut layered, &variables);
        let providers = providers(&layered);
        lay_models(&mut layered, &providers, &variables);
        let number = |key: &str| layered.get(key).and_then(|set| set.value.as_f64());
        let count = |key: &str| layered.get(key).and_then(|set| set.value.as_u64());
        let small = |key: &str, usual: u32| count(key).and_then(|n| u32::try_from(n).ok()).unwrap_or(usual);
        let text = |key: &str| layered.get(key).and_then(|set| set.value.as_str()).map(str::to_owned);
        let usual = Limits::default();
        let percent = count("budget.validation_percent").and_then(|n| u8::try_from(n).ok());
        Self {
            models: Role::ALL
                .iter()
                .copied()
                .filter_map(|role| Some((role, text(&format!("models.{}", role.word()))?)))
                .collect(),
            budget: Budget {
                micro_dollars: number("budget.money").map(|dollars| scaled(dollars, 1e6)),
                tokens: count("budget.tokens"),
                agent_ms: number("budget.hours").map(|hours| scaled(hours, 3.6e6)),
                validation_percent: percent.unwrap_or(Budget::default().validation_percent),
            },
            limits: Limits {
                rounds: small("limits.rounds", usual.rounds),
                failures: small("limits.failures", usual.failures),
                reviewers: small("limits.reviewers", usual.reviewers),
            },
            autopilot: match layered.get("autopilot").map(|set| &set.value) {
                Some(Value::Bool(true)) => Autopilot::On,
                _ => Autopilot::Off,
            },
            theme: text("theme"),
            keys: chords(&layered),
            speed: number("speed").unwrap_or(1.0),
            prices: text("prices").map(|path| expanded(&path, &variables)),
            providers,
            user_file,
            variables,
            layered,
        }
    }
}

/// A number with a unit as a whole number of a smaller unit.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, which is meant")]
fn scaled(number: f64, factor: f64) -> u64 {
    (number * factor).round() as u64
}

/// `NAME_BASE_URL` says where a provider is, as other clients read it.
fn lay_addresses(layered: &mut Layered, variables: &Variables) {
    let mut names: Vec<String> = providers(layered).into_keys().collect();
    names.extend(USUAL_MODELS.map(|(name, _)| name.to_owned()));
    for name in names {
        let variable = format!("{}_BASE_URL", shouted(&name));
        if let Some(url) = variables.get(&variable) {
            let key = format!("providers.{name}.base_url");
            let origin = Origin::Environment { variable };
            layered.insert(key.clone(), Setting { key, value: json!(url.trim()), origin });
        }
    }
}

/// Gives every role that has none a model: the default one, else the usual one of a provider with a key.
fn lay_models(layered: &mut Layered, providers: &BTreeMap<String, ProviderSettings>, variables: &Variables) {
    let fallback = layered.get("models.default").cloned().or_else(|| {
        USUAL_MODELS.into_iter().find_map(|(name, model)| {
            let because = key_source(name, providers.get(name), variables)?;
            let origin = Origin::Chosen { because };
            Some(Setting { key: String::new(), value: json!(model), origin })
        })
    });
    let Some(fallback) = fallback else { return };
    for role in Role::ALL.iter().copied() {
        let key = format!("models.{}", role.word());
        layered.entry(key.clone()).or_insert_with(|| Setting { key, ..fallback.clone() });
    }
}

/// Where a provider's key would come from, if it has one.
pub(super) fn key_source(
    name: &str,
    settings: Option<&ProviderSettings>,
    variables: &Variables,
) -> Option<String> {
    if settings.is_some_and(|set| set.api_key_cmd.is_some()) {
        return Some(format!("providers.{name}.api_key_cmd is set"));
    }
    let variable = key_variable(name, settings);
    variables.get(&variable).map(|_| format!("{variable} is set"))
}

/// The variable that holds a provider's key.
pub(super) fn key_variable(name: &str, settings: Option<&ProviderSettings>) -> String {
    settings.and_then(|set| set.api_key_env.clone()).unwrap_or_else(|| format!("{}_API_KEY", shouted(name)))
}

/// A provider's name as variables spell it.
pub(super) fn shouted(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

fn providers(layered: &Layered) -> BTreeMap<String, ProviderSettings> {
    let mut providers: BTreeMap<String, ProviderSettings> = BTreeMap::new();
    for setting in layered.values() {
        let Some((name, field)) =
            setting.key.strip_prefix("providers.").and_then(|rest| rest.rsplit_once('.'))
        else {
            continue;
        };
        let provider = providers.entry(name.to_owned()).or_default();
        let place = match field {
            "base_url" => &mut provider.base_url,
            "wire" => &mut provider.wire,
            "api_key_env" => &mut provider.api_key_env,
            _ => &mut provider.api_key_cmd,
        };
        *place = setting.value.as_str().map(str::to_owned);
    }
    providers
}

fn chords(layered: &Layered) -> BTreeMap<String, Vec<String>> {
    let words = |value: &Value| match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        single => single.as_str().map(str::to_owned).into_iter().collect(),
    };
    layered
        .values()
        .filter_map(|set| Some((set.key.strip_prefix("keys.")?.to_owned(), words(&set.value))))
        .collect()
}

fn expanded(path: &str, variables: &Variables) -> PathBuf {
    match (path.strip_prefix("~/"), variables.get("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}
