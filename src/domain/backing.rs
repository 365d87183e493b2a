//! Who stands behind a verdict: which mind, of which family, in which attempt, by which methods. Minds of one family overlook
//! the same things, so autopilot can be held to more than one.

use std::collections::BTreeSet;

use serde::Serialize;
use strum::IntoStaticStr;

use super::attempt::Role;
use super::contract::Instrument;
use super::gate::{Autopilot, GateId};
use super::id::{AttemptId, FeatureId};
use super::mission::Mission;
use super::plan::{Feature, FeatureState};
use super::text::worded;
use super::verdict::Verdict;

/// Who gave a verdict, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backing {
    pub attempt: AttemptId,
    /// `provider/model`; empty where the log does not know the attempt, and where no model looked: the engine did the steps
    /// of the attempt again.
    pub model: String,
    /// Empty where the model is.
    pub family: String,
    pub context: Context,
    pub methods: Vec<Method>,
}

/// What an attempt knew before it looked. Each has a context of its own: none goes on with another's conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Context {
    /// The contract and the app, and not the code.
    Clean,
    /// The code, and what was handed in with it.
    OfCode,
}

/// How a verdict was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Method {
    /// The engine ran the check's command itself.
    EngineCommand,
    /// The engine did the steps of an earlier tester again.
    Replay,
    /// A tester worked the app with it.
    Command,
    Http,
    Terminal,
    Browser,
}

worded!(Context);
worded!(Method);

impl From<Instrument> for Method {
    fn from(via: Instrument) -> Self {
        match via {
            Instrument::Command => Self::Command,
            Instrument::Http => Self::Http,
            Instrument::Terminal => Self::Terminal,
            Instrument::Browser => Self::Browser,
        }
    }
}

/// Families, each with the words that name its models and those who make them.
const FAMILIES: [(&str, &[&str]); 12] = [
    ("claude", &["claude", "sonnet", "opus", "haiku", "anthropic"]),
    ("gpt", &["gpt", "chatgpt", "codex", "o1", "o3", "o4", "openai", "azure"]),
    ("gemini", &["gemini", "gemma", "google"]),
    ("llama", &["llama", "codellama", "meta"]),
    ("mistral", &["mistral", "mixtral", "ministral", "codestral", "devstral", "magistral", "mistralai"]),
    ("qwen", &["qwen", "qwq", "alibaba"]),
    ("deepseek", &["deepseek"]),
    ("grok", &["grok", "xai"]),
    ("kimi", &["kimi", "moonshot", "moonshotai"]),
    ("glm", &["glm", "zhipu", "zai"]),
    ("command", &["command", "cohere"]),
    ("phi", &["phi"]),
];

/// The family of a model, by its name: by the model's own, else by who makes it, else by whom it is reached. What nobody
/// knows counts as one family for each provider, so that two names there are not taken for two minds.
pub fn family(model: &str) -> String {
    let known = model.rsplit('/').find_map(|part| {
        let mut words = part.split(|c: char| !c.is_alphanumeric());
        words.find_map(of_word)
    });
    known.map_or_else(|| model.split('/').next().unwrap_or(model).to_ascii_lowercase(), str::to_owned)
}

fn of_word(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    // `gpt4o` and `llama3` are named by their letters, `o3` by all of it.
    let letters = word.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let names = |known: &&(&str, &[&str])| known.1.contains(&word.as_str()) || known.1.contains(&letters);
    FAMILIES.iter().find(names).map(|(family, _)| *family)
}

impl Mission {
    /// Who stands behind a verdict.
    pub fn backing(&self, verdict: &Verdict) -> Backing {
        let by = self.attempts.get(&verdict.attempt);
        let mind = by.filter(|_| !verdict.again);
        let model = mind.map(|attempt| attempt.model.to_string()).unwrap_or_default();
        let blind = by.is_some_and(|attempt| attempt.role.is_blind_to_code());
        let round = self.round(verdict.milestone, verdict.round);
        let ran = round.and_then(|round| round.check(&verdict.assertion, verdict.revision));
        let via = self.assertion(&verdict.assertion).map(|found| found.wording.check.via.into());
        let engine = if verdict.again { Some(Method::Replay) } else { ran.map(|_| Method::EngineCommand) };
        Backing {
            attempt: verdict.attempt,
            family: if model.is_empty() { String::new() } else { family(&model) },
            model,
            context: if blind { Context::Clean } else { Context::OfCode },
            methods: via.into_iter().chain(engine).collect(),
        }
    }

    /// The families of the mind that built a feature and of those that judged it: its newest review, and the newest verdicts
    /// on what it must make hold.
    fn families_behind(&self, feature: &Feature) -> BTreeSet<String> {
        let built = match &feature.state {
            FeatureState::Built { attempt, .. } => Some(*attempt),
            FeatureState::Pending | FeatureState::Cancelled { .. } => None,
        };
        let review = self.rounds.iter().rev().find_map(|round| round.reviews.get(&feature.id));
        let verdicts = self.assertions_at_stake(feature);
        let verdicts =
            verdicts.iter().filter_map(|id| self.newest_verdict(id)).map(|verdict| verdict.attempt);
        let minds = built.into_iter().chain(review.map(|review| review.attempt)).chain(verdicts);
        minds.filter_map(|id| self.attempts.get(&id)).map(|by| family(by.model.as_str())).collect()
    }

    /// What a gate is about that too few families of models stand behind, with those that do.
    fn backed_by_few(&self, gate: GateId) -> Vec<(FeatureId, BTreeSet<String>)> {
        let least = usize::try_from(self.limits().min_families).unwrap_or(usize::MAX);
        let of_gate = |feature: &&Feature| match gate {
            GateId::Plan => false,
            GateId::Milestone(id) => feature.milestone == id,
            GateId::Final => true,
        };
        let built = self.features.iter().filter(of_gate).filter(|feature| feature.is_built());
        let backed = built.map(|feature| (feature.id, self.families_behind(feature)));
        backed.filter(|(_, families)| families.len() < least).collect()
    }

    /// Why autopilot leaves a gate to the person although nothing stands in its way: too few families of models stand behind
    /// what it is about. `None` where it does not, or where autopilot is off.
    pub fn too_few_families(&self, gate: GateId) -> Option<String> {
        let few = self.backed_by_few(gate);
        if self.autopilot == Autopilot::Off || few.is_empty() {
            return None;
        }
        let features: Vec<String> = few.iter().map(|(id, _)| id.to_string()).collect();
        let families: BTreeSet<&str> = few.iter().flat_map(|(_, found)| found).map(String::as_str).collect();
        Some(format!(
            "autopilot is held to {}, and behind {} stands {} alone",
            families_words(self.limits().min_families),
            features.join(", "),
            families.into_iter().collect::<Vec<_>>().join(" or ")
        ))
    }

    /// Why autopilot will leave every gate to the person, by the models that are chosen now.
    pub fn families_risk(&self) -> Option<String> {
        let judges = |role: &&Role| **role == Role::Worker || role.is_validator();
        let models = Role::ALL.iter().filter(judges).filter_map(|role| self.models.get(role));
        let families: BTreeSet<String> = models.map(|model| family(model.as_str())).collect();
        let least = self.limits().min_families;
        let few =
            u32::try_from(families.len()).unwrap_or(u32::MAX) < least && self.autopilot == Autopilot::On;
        few.then(|| {
            format!(
                "autopilot is held to {}, and those who build and validate are all of {}: every gate will wait for you",
                families_words(least),
                families.into_iter().collect::<Vec<_>>().join(", ")
            )
        })
    }
}

fn families_words(number: u32) -> String {
    let families = if number == 1 { "family" } else { "families" };
    format!("{number} {families} of models")
}

#[cfg(test)]
mod tests {
    use super::family;

    #[test]
    fn a_family_is_read_from_the_model_then_its_maker_then_its_provider() {
        for (model, wanted) in [
            ("anthropic/claude-sonnet-5-5", "claude"),
            ("openrouter/anthropic/claude-3.7", "claude"),
            ("openai/gpt-5.1", "gpt"),
            ("openai/o3-mini", "gpt"),
            ("azure/my-deployment", "gpt"),
            ("acp/codex", "gpt"),
            ("ollama/llama3.3", "llama"),
            ("groq/deepseek-r1-distill-llama-70b", "deepseek"),
            ("openrouter/meta-llama/x-8b", "llama"),
            ("vllm/Qwen2.5-Coder", "qwen"),
            ("local/one-model", "local"),
            ("local/another", "local"),
            ("rehearsal/demo", "rehearsal"),
        ] {
            assert_eq!(family(model), wanted, "{model}");
        }
    }
}
