//! Every setting there is, as types: the sections, what holds when nobody sets a value, and what each value must be.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::agent::TOOLS_OVER;
use super::backend::{TOOL_SETS, WIRES};
use super::origin::Setting;
pub(super) use super::sandbox::SandboxValues;
pub(super) use super::tables::{Agent, Mcp, Provider};
use crate::domain::attempt::Role;
use crate::domain::budget::Budget;
use crate::domain::mission::Limits;
use crate::domain::quiet::QuietHours;
use crate::workspace::sandbox::Host;

/// All settings. A field's name is its key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Values {
    /// By the word of a role, or `default` for all.
    pub models: BTreeMap<String, Model>,
    /// Who plays a role when its model is given up on; by the word of a role, or `default` for all.
    pub fallback: BTreeMap<String, Model>,
    /// How many tools a role is given, by its word, or `default` for all.
    pub tools: BTreeMap<String, ToolsName>,
    pub budget: BudgetValues,
    pub limits: LimitValues,
    pub sandbox: SandboxValues,
    pub autopilot: Switch,
    /// What stands before a mission's id in the name of its branch.
    pub branch_prefix: BranchPrefix,
    pub theme: Option<Text>,
    /// How the console draws pictures.
    pub pictures: PictureWay,
    pub speed: Positive,
    pub prices: Option<FilePath>,
    /// Variables of the person's environment that the mission's programs get beside the usual ones.
    pub pass_env: Option<VariableNames>,
    /// The Chromium that testers work pages in; without it the first that is found on `PATH`.
    pub browser: Option<FilePath>,
    /// When nothing new is started and nobody is rung.
    pub quiet_hours: Option<Quiet>,
    /// Whether the machine stays awake while something runs.
    pub keep_awake: Switch,
    /// Whether a mission goes on by itself when a spent quota is back.
    pub resume_after_quota: Switch,
    /// By action, with its place in front where it has one: `popup.close`.
    pub keys: BTreeMap<String, Chords>,
    pub providers: BTreeMap<String, Provider>,
    pub agents: BTreeMap<String, Agent>,
    pub mcp: BTreeMap<String, Mcp>,
}

/// The section `budget`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct BudgetValues {
    pub money: Option<Positive>,
    pub tokens: Option<Count>,
    pub hours: Option<Positive>,
    pub validation_percent: Percent,
}

/// More rounds bring a plan no further.
const MOST_CRITIC_ROUNDS: u32 = 2;

/// The section `limits`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct LimitValues {
    pub rounds: SmallCount,
    pub failures: SmallCount,
    pub reviewers: SmallCount,
    pub critic_rounds: CriticRounds,
    pub testers: SmallCount,
    pub sabotage_percent: SabotagePercent,
    pub min_families: SmallCount,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            models: BTreeMap::new(),
            fallback: BTreeMap::new(),
            tools: BTreeMap::new(),
            budget: BudgetValues::default(),
            limits: LimitValues::default(),
            sandbox: SandboxValues::default(),
            autopilot: Switch(false),
            branch_prefix: BranchPrefix("flightdeck".to_owned()),
            theme: None,
            pictures: PictureWay("auto".to_owned()),
            speed: Positive(1.0),
            prices: None,
            pass_env: None,
            browser: None,
            quiet_hours: None,
            keep_awake: Switch(true),
            resume_after_quota: Switch(true),
            keys: BTreeMap::new(),
            providers: BTreeMap::new(),
            agents: BTreeMap::new(),
            mcp: BTreeMap::new(),
        }
    }
}

impl Default for BudgetValues {
    fn default() -> Self {
        let validation_percent = Percent(Budget::default().validation_percent);
        Self { money: None, tokens: None, hours: None, validation_percent }
    }
}

impl Default for LimitValues {
    fn default() -> Self {
        let Limits { rounds, failures, reviewers, testers, sabotage_percent, min_families, critic_rounds: _ } =
            Limits::default();
        Self {
            rounds: SmallCount(rounds),
            failures: SmallCount(failures),
            reviewers: SmallCount(reviewers),
            critic_rounds: CriticRounds(MOST_CRITIC_ROUNDS),
            testers: SmallCount(testers),
            sabotage_percent: SabotagePercent(sabotage_percent),
            min_families: SmallCount(min_families),
        }
    }
}

impl Values {
    /// Reads settings as their types. The fault says what a value must be.
    pub(super) fn read<'a>(settings: impl IntoIterator<Item = &'a Setting>) -> serde_json::Result<Self> {
        let mut tree = Value::Object(serde_json::Map::new());
        for Setting { key, value, .. } in settings {
            let place = match key.split_once('.') {
                Some((section @ "providers", rest)) => {
                    let (name, field) = rest.rsplit_once('.').unwrap_or((rest, ""));
                    &mut tree[section][name][field]
                }
                Some((section @ ("agents" | "mcp"), rest)) => match rest.split_once('.') {
                    Some((name, field)) => match field.split_once('.') {
                        Some((table, name_in)) => &mut tree[section][name][table][name_in],
                        None => &mut tree[section][name][field],
                    },
                    None => &mut tree[section][rest],
                },
                Some((section, name)) => &mut tree[section][name],
                None => &mut tree[key],
            };
            place.clone_from(value);
        }
        Self::deserialize(tree)
    }

    /// Every setting that has a fixed name, with what holds when nobody sets it: `null` is nothing.
    pub(super) fn defaults() -> BTreeMap<String, Value> {
        let roles = || Role::ALL.iter().copied().map(Role::word).chain(["default"]);
        let of_roles = ["models", "fallback", "tools"]
            .into_iter()
            .flat_map(|section| roles().map(move |role| format!("{section}.{role}")));
        let mut all: BTreeMap<_, _> = of_roles.map(|key| (key, Value::Null)).collect();
        for (section, value) in fields(&Self::default()) {
            match value {
                Value::Object(fields) => {
                    all.extend(fields.into_iter().map(|(name, value)| (format!("{section}.{name}"), value)));
                }
                value => drop(all.insert(section, value)),
            }
        }
        all
    }
}

fn fields(values: &impl Serialize) -> serde_json::Map<String, Value> {
    match serde_json::to_value(values) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    }
}

/// The names that can be written out.
pub fn fixed_names() -> impl Iterator<Item = String> {
    Values::defaults().into_keys()
}

/// Whether there is a setting of this dotted name.
pub(super) fn is_known(key: &str) -> bool {
    match key.split_once('.') {
        Some(("keys", _)) => true,
        Some(("providers", rest)) => {
            rest.rsplit_once('.').is_some_and(|(_, field)| fields(&Provider::default()).contains_key(field))
        }
        Some(("agents", rest)) => {
            rest.split_once('.').is_some_and(|(_, field)| match field.split_once('.') {
                Some((table, variable)) => table == "env" && is_variable(variable),
                None => field != "env" && fields(&Agent::default()).contains_key(field),
            })
        }
        Some(("mcp", rest)) => rest.split_once('.').is_some_and(|(name, field)| {
            let variable = field.strip_prefix("env.");
            is_mcp_name(name)
                && variable.map_or_else(|| fields(&Mcp::default()).contains_key(field), is_variable)
        }),
        _ => Values::defaults().contains_key(key),
    }
}

/// Whether a table may stand there without anything in it.
pub(super) fn is_section(key: &str) -> bool {
    key.starts_with("providers.")
        || key.starts_with("agents.")
        || key.starts_with("mcp.")
        || fields(&Values::default()).get(key).is_some_and(Value::is_object)
}

/// Why a project's file may not set this; a repository that somebody else wrote must not be able to.
pub(super) fn reserved(key: &str) -> Option<&'static str> {
    match key {
        "autopilot" => Some("it would give your consent in your place"),
        "limits.min_families" => Some("it decides whose verdicts your autopilot believes"),
        "prices" => Some("it decides how your money is counted"),
        "browser" => Some("it decides which program runs"),
        "pass_env" => Some("it decides which of your variables programs see"),
        "quiet_hours" | "keep_awake" | "resume_after_quota" => Some("it is about you and your machine"),
        _ if key.starts_with("keys.") => Some("it decides what your keys do, GO among it"),
        _ if key.starts_with("sandbox.") => Some("it decides what its own programs may touch"),
        _ => ["providers.", "agents."]
            .iter()
            .any(|section| key.starts_with(section))
            .then_some("it decides which program runs and where your keys are sent"),
    }
}

/// What to say about a name that is no setting: the nearest one, else where they are listed.
pub(super) fn advice(name: &str) -> String {
    if let Some(agent) = name.strip_prefix("agents.") {
        let agent = agent.split('.').next().unwrap_or_default();
        return format!(
            "an agent has `agents.{agent}.command`, `agents.{agent}.env.NAME`, `agents.{agent}.tools_over`, `agents.{agent}.home` and `agents.{agent}.sandbox`"
        );
    }
    if let Some(server) = name.strip_prefix("mcp.") {
        let server = server.split('.').next().unwrap_or_default();
        return format!(
            "a server has `mcp.{server}.command` with `mcp.{server}.env.NAME`, or `mcp.{server}.url` with `mcp.{server}.headers`; and `mcp.{server}.roles`; its name is of letters, digits and -"
        );
    }
    let provider = name.strip_prefix("providers.").and_then(|rest| rest.split('.').next());
    let of_provider = fields(&Provider::default()).into_iter().map(|(field, _)| field);
    let of_provider = of_provider.map(|field| format!("providers.{}.{field}", provider.unwrap_or("<name>")));
    let names = fixed_names().chain(of_provider);
    match names.map(|known| (strsim::levenshtein(name, &known), known)).min() {
        Some((distance, known)) if distance <= 3 => format!("did you mean `{known}`?"),
        _ => "`flightdeck config show` lists all settings".to_owned(),
    }
}

/// Types of values that must fit a rule. Their faults are words that follow "must be".
macro_rules! rules {
    ($($name:ident($inner:ty): $words:literal = $read:expr;)*) => {$(
        #[doc = concat!("Is ", $words, ".")]
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(try_from = "Value")]
        pub(super) struct $name(pub $inner);

        impl TryFrom<Value> for $name {
            type Error = &'static str;

            fn try_from(value: Value) -> Result<Self, Self::Error> {
                let read: fn(&Value) -> Option<$inner> = $read;
                read(&value).map(Self).ok_or($words)
            }
        }
    )*};
}

rules! {
    Model(String): "`provider/model`, such as anthropic/claude-sonnet-5-5" =
        |value| text(value).filter(|word| is_model_name(word));
    Text(String): "a text" = text;
    PictureWay(String): "auto, kitty, iterm2, sixel, blocks or off" =
        |value| text(value).filter(|word| ["auto", "kitty", "iterm2", "sixel", "blocks", "off"].contains(&word.as_str()));
    FilePath(String): "a path" = text;
    SandboxMode(String): "auto, required or off" =
        |value| text(value).filter(|word| ["auto", "required", "off"].contains(&word.as_str()));
    Folders(Vec<String>): "a list of folders, such as [\"~/sdk\", \"/data/models\"]" = |value| {
        let folders: Vec<String> = value.as_array()?.iter().map(text).collect::<Option<_>>()?;
        folders.iter().all(|folder| folder.starts_with("~/") || folder.starts_with('/')).then_some(folders)
    };
    NetworkName(String): "open, listed or local" =
        |value| text(value).filter(|word| ["open", "listed", "local"].contains(&word.as_str()));
    HostNames(Vec<Host>): "a list of hosts, such as [\"api.example.com\", \"*.example.com\", \"localhost:5432\"]" =
        |value| value.as_array()?.iter().map(|host| text(host)?.parse().ok()).collect();
    Url(String): "an http:// or https:// address" = |value| text(value).filter(|url| {
        ["http://", "https://"].iter().any(|scheme| url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
    });
    WireName(String): "anthropic, openai or chat" =
        |value| text(value).filter(|word| WIRES.iter().any(|(known, _)| known == word));
    ToolsName(String): "full or lean" =
        |value| text(value).filter(|word| TOOL_SETS.iter().any(|(known, _)| known == word));
    ToolsOverName(String): "stdio or http" =
        |value| text(value).filter(|word| TOOLS_OVER.iter().any(|(known, _)| known == word));
    VariableName(String): "the name of a variable of the environment" =
        |value| text(value).filter(|word| is_variable(word));
    VariableNames(Vec<String>): "a list of variables of the environment, such as [\"DOCKER_HOST\", \"CC\"]" = |value| {
        let names: Vec<String> = match value {
            Value::Array(names) => names.iter().map(text).collect::<Option<_>>()?,
            names => text(names)?.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        };
        names.iter().all(|name| is_variable(name)).then_some(names)
    };
    HeaderLines(Vec<String>): "a list of headers, such as [\"X-Title: my-team\", \"api-key: $AZURE_KEY\"]" = |value| {
        let lines: Vec<String> = value.as_array()?.iter().map(text).collect::<Option<_>>()?;
        lines.iter().all(|line| header_of(line).is_some()).then_some(lines)
    };
    CommandWords(Vec<String>): "a list of words, the program first, such as [\"my-agent\", \"--acp\"]" = |value| {
        let words: Vec<String> = value.as_array()?.iter().map(text).collect::<Option<_>>()?;
        (!words.is_empty()).then_some(words)
    };
    Positive(f64): "a number above 0" = |value| value.as_f64().filter(|n| *n > 0.0 && n.is_finite());
    Count(u64): "a whole number from 1 on" = |value| value.as_u64().filter(|n| *n >= 1);
    SmallCount(u32): "a whole number from 1 on" =
        |value| value.as_u64().filter(|n| *n >= 1).map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    CriticRounds(u32): "0 for no critic, 1 or 2" =
        |value| value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= MOST_CRITIC_ROUNDS);
    Percent(u8): "a whole number from 0 to 90" =
        |value| value.as_u64().and_then(|n| u8::try_from(n).ok()).filter(|n| *n <= 90);
    SabotagePercent(u8): "a whole number from 0, which turns sabotage off, to 90, which leaves a tenth of the time for the work" =
        |value| value.as_u64().and_then(|n| u8::try_from(n).ok()).filter(|n| *n <= 90);
    BranchPrefix(String): "the beginning of a branch's name, such as missions or me/missions" =
        |value| text(value).filter(|prefix| prefix.len() <= 80 && prefix.split('/').all(is_branch_part));
    Quiet(QuietHours): "two times of the day, such as 22:00-07:00" = |value| text(value)?.parse().ok();
    Roles(Vec<Role>): "a list of roles, such as [\"worker\", \"user_testing\"]" = |value| {
        let roles: Vec<Role> = value.as_array()?.iter().map(|role| text(role)?.parse().ok()).collect::<Option<_>>()?;
        (!roles.is_empty() && !roles.contains(&Role::Researcher)).then_some(roles)
    };
    HomeParts(Vec<String>): "a list of files and folders of your home, such as [\".my-agent\"]" = |value| {
        let parts: Vec<String> = value.as_array()?.iter().map(text).collect::<Option<_>>()?;
        let is_inside = |part: &String| {
            let steps = Path::new(part).components();
            Path::new(part).is_relative() && steps.into_iter().all(|step| matches!(step, std::path::Component::Normal(_)))
        };
        parts.iter().all(is_inside).then_some(parts)
    };
    Switch(bool): "true or false" = Value::as_bool;
    Chords(Vec<String>): "a key such as \"ctrl-s\", or a list of keys" = |value| match value {
        Value::Array(chords) => chords.iter().map(text).collect(),
        chord => Some(vec![text(chord)?]),
    };
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// The name and the value of `Name: value`, where they can be sent.
pub(super) fn header_of(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':').map(|(name, value)| (name.trim(), value.trim()))?;
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let fits = !name.is_empty() && name.chars().all(in_name) && !value.is_empty();
    (fits && value.chars().all(|c| !c.is_control())).then_some((name, value))
}

/// Whether a server can go by a name in those of its tools.
fn is_mcp_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 20 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn is_variable(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    word.chars().all(fits) && !word.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether git takes a word as a part of a branch's name.
fn is_branch_part(word: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let ends = word.starts_with(['.', '-'])
        || word.ends_with('.')
        || Path::new(word).extension().is_some_and(|end| end == "lock");
    !word.is_empty() && word.chars().all(fits) && !ends && !word.contains("..")
}

/// Whether a word has the form `provider/model`.
pub(super) fn is_model_name(word: &str) -> bool {
    word.len() <= 160
        && !word.contains(char::is_whitespace)
        && word.split_once('/').is_some_and(|(provider, model)| !provider.is_empty() && !model.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::origin::{Layer, Origin};
    use super::*;

    #[test]
    fn values_fit_their_rule_or_not() {
        let table = [
            ("models.worker", json!("anthropic/claude"), json!("claude")),
            ("models.default", json!("openrouter/meta/llama"), json!("/x")),
            ("fallback.worker", json!("local/large"), json!("large")),
            ("providers.x.base_url", json!("http://localhost:1"), json!("localhost:1")),
            ("providers.x.y.wire", json!("chat"), json!("grpc")),
            ("providers.x.tools", json!("lean"), json!("few")),
            ("tools.worker", json!("full"), json!(3)),
            ("providers.x.slots", json!(1), json!(0)),
            ("providers.x.api_key_env", json!("MY_KEY"), json!("sk-ant-123")),
            ("providers.x.headers", json!(["X-A: b", "api-key: $KEY"]), json!(["no header"])),
            ("agents.mine.command", json!(["my-agent", "--acp"]), json!("my-agent --acp")),
            ("agents.mine.home", json!([".mine"]), json!(["../x"])),
            ("agents.mine.sandbox", json!(false), json!("no")),
            ("agents.mine.env.MY_HOME", json!("/x"), json!(1)),
            ("speed", json!(2.5), json!(0)),
            ("mcp.docs.roles", json!(["worker"]), json!(["wroker"])),
            ("quiet_hours", json!("22:00-07:00"), json!("22-7")),
            ("limits.rounds", json!(1), json!(0)),
            ("limits.min_families", json!(2), json!(0)),
            ("budget.tokens", json!(3), json!(2.5)),
            ("budget.validation_percent", json!(90), json!(91)),
            ("limits.sabotage_percent", json!(90), json!(91)),
            ("limits.sabotage_percent", json!(0), json!(-1)),
            ("autopilot", json!(true), json!("true")),
            ("branch_prefix", json!("me/missions"), json!("a b")),
            ("branch_prefix", json!("v1.x"), json!("a//b")),
            ("branch_prefix", json!("x_y"), json!("x.lock")),
            ("keys.popup.close", json!(["q", "ctrl-c"]), json!(["q", 1])),
            ("theme", json!("x"), json!("  ")),
            ("pictures", json!("sixel"), json!("jpeg")),
            ("sandbox.mode", json!("required"), json!(true)),
            ("sandbox.network", json!("listed"), json!("closed")),
            ("sandbox.hosts", json!(["a.com", "localhost:5432"]), json!(["https://a.com"])),
            ("sandbox.read", json!(["~/sdk", "/data"]), json!(["sdk"])),
        ];
        for (key, good, bad) in table {
            let read = |value: &Value| {
                let origin = Origin::new(Layer::User, "here");
                Values::read([&Setting { key: key.to_owned(), value: value.clone(), origin }])
            };
            read(&good).unwrap();
            assert!(read(&bad).is_err(), "{key} {bad}");
        }
    }

    #[test]
    fn a_setting_is_known_by_its_dotted_name() {
        for known in [
            "models.user_testing",
            "models.default",
            "providers.ollama.base_url",
            "agents.mine.command",
            "agents.mine.env.MY_HOME",
            "keys.quit",
            "speed",
        ] {
            assert!(is_known(known), "{known}");
        }
        for unknown in [
            "models.wroker",
            "models.user-testing",
            "keys",
            "providers.x",
            "providers.x.key",
            "agents.x",
            "agents.x.cmd",
            "budget",
        ] {
            assert!(!is_known(unknown), "{unknown}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_gets_the_word_that_was_meant() {
        assert_eq!(advice("budget.mony"), "did you mean `budget.money`?");
        assert_eq!(advice("providers.ollama.baseurl"), "did you mean `providers.ollama.base_url`?");
        assert_eq!(advice("colour"), "`flightdeck config show` lists all settings");
    }
}
