//! Which commands hear of what, as the person's `hooks.json` says it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use regex::Regex;
use serde::Deserialize;
use strum::IntoStaticStr;

/// What a hook may hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, IntoStaticStr)]
pub enum HookEvent {
    SessionStart,
    PreToolUse,
    PostToolUse,
    Stop,
    SubagentStop,
    PreCompact,
    Notification,
    /// A gate opens, or is decided.
    MissionGate,
    MissionVerdict,
    MissionEnd,
}

/// Which commands hear of what.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HookRules {
    hooks: BTreeMap<HookEvent, Vec<Rule>>,
}

/// Commands that hear of an event where its subject fits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(default)]
    matcher: Matcher,
    hooks: Vec<Hook>,
}

/// One command.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hook {
    #[serde(rename = "type")]
    _kind: Kind,
    /// A line for `sh -c`.
    pub command: String,
    /// In seconds.
    timeout: Option<NonZeroU32>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Command,
}

/// The whole of a subject, as a regular expression; nothing and `*` fit all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "String")]
struct Matcher(Option<Regex>);

impl TryFrom<String> for Matcher {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if matches!(text.as_str(), "" | "*") {
            return Ok(Self(None));
        }
        let regex = Regex::new(&format!("^(?:{text})$"));
        regex.map(Some).map(Self).map_err(|_| format!("`{text}` is no regular expression"))
    }
}

impl HookRules {
    /// The commands that hear of an event, in the order of the file.
    pub(super) fn of(&self, event: HookEvent, subject: &str) -> impl Iterator<Item = &Hook> {
        let fits = move |rule: &&Rule| rule.matcher.0.as_ref().is_none_or(|regex| regex.is_match(subject));
        self.hooks.get(&event).into_iter().flatten().filter(fits).flat_map(|rule| &rule.hooks)
    }

    /// Whether anybody hears of an event.
    pub(super) fn heed(&self, event: HookEvent) -> bool {
        self.hooks.contains_key(&event)
    }

    /// Takes more of them in, which hear after those that are there.
    pub fn extend(&mut self, more: Self) {
        for (event, rules) in more.hooks {
            self.hooks.entry(event).or_default().extend(rules);
        }
    }

    /// Each command with when it runs, in words: the event, what of it, and for how long at most.
    pub fn commands(&self) -> impl Iterator<Item = (String, &str)> {
        let all = self.hooks.iter().flat_map(|(event, rules)| rules.iter().map(move |rule| (event, rule)));
        all.flat_map(|(event, rule)| {
            let regex = rule.matcher.0.as_ref().map(Regex::as_str);
            let written = regex.and_then(|regex| regex.strip_prefix("^(?:")?.strip_suffix(")$"));
            let of = written.map(|of| format!(" of `{of}`"));
            let when = format!("{}{}", event.word(), of.unwrap_or_default());
            rule.hooks.iter().map(move |hook| {
                (format!("{when}, for {} s at most", hook.limit().as_secs()), hook.command.as_str())
            })
        })
    }

    /// How many commands there are.
    pub fn count(&self) -> usize {
        self.commands().count()
    }
}

impl Hook {
    /// How long it may take.
    pub(super) fn limit(&self) -> Duration {
        Duration::from_secs(self.timeout.map_or(60, NonZeroU32::get).into())
    }
}

impl HookEvent {
    /// Its name.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// Whether there is somebody to hear what a hook says against it.
    pub(super) fn can_be_refused(self) -> bool {
        matches!(self, Self::PreToolUse | Self::PostToolUse | Self::Stop | Self::SubagentStop)
    }
}
