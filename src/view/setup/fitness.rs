//! What a mind is good for, role by role, judged by what is known of it before it was tried.

use super::{Mind, MindKind};
use crate::domain::attempt::Role;
use crate::view::style_role::StyleRole;

/// Roles that ask the same of a mind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Task {
    pub name: &'static str,
    pub roles: &'static [Role],
    /// How large a model of one's own should be for it, and from where on it may do, in billions of parameters.
    wants: (f64, f64),
}

/// What a mission asks of its minds, the hardest first.
pub const TASKS: [Task; 4] = [
    Task { name: "plan, criticize", roles: &[Role::Orchestrator, Role::Critic], wants: (100.0, 24.0) },
    Task { name: "test as a user", roles: &[Role::UserTesting], wants: (60.0, 24.0) },
    Task { name: "build", roles: &[Role::Worker], wants: (30.0, 7.0) },
    Task {
        name: "read, review",
        roles: &[Role::Reviewer, Role::Scrutiny, Role::Researcher],
        wants: (30.0, 7.0),
    },
];

/// Below so many tokens the instructions, the tools and a few files leave no room for work.
const LEAST_WINDOW: u32 = 16_000;
/// Below so many billions of parameters no work comes to its end.
const LEAST_BILLIONS: f64 = 4.0;
/// Words in the names of the small models of large providers.
const SMALL_WORDS: [&str; 7] = ["mini", "nano", "lite", "flash", "small", "instant", "haiku"];

/// How well something can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fitness {
    Unfit,
    Doubtful,
    Good,
}

impl Fitness {
    /// Its style and its word.
    pub fn shown(self) -> (StyleRole, &'static str) {
        match self {
            Self::Good => (StyleRole::Good, "yes"),
            Self::Doubtful => (StyleRole::Warn, "perhaps"),
            Self::Unfit => (StyleRole::Bad, "no"),
        }
    }
}

impl Mind {
    /// What it is good for at a task, and why.
    pub fn fitness(&self, task: Task) -> (Fitness, &'static str) {
        if self.tools == Some(false) {
            return (Fitness::Unfit, "it calls no tools, and agents do everything by tools");
        }
        if self.window.is_some_and(|tokens| tokens < LEAST_WINDOW) {
            return (
                Fitness::Unfit,
                "what it can read at once is too little for the instructions and a few files",
            );
        }
        match self.kind {
            MindKind::Agent => (Fitness::Good, "it has tools of its own"),
            MindKind::Key if self.is_a_small_one() && task.wants.0 > 50.0 => {
                (Fitness::Doubtful, "it is one of its provider's small models")
            }
            MindKind::Key => (Fitness::Good, "a large provider's model"),
            MindKind::Server => self.by_size(task),
        }
    }

    fn by_size(&self, task: Task) -> (Fitness, &'static str) {
        let Some(billions) = self.billions else {
            return (Fitness::Doubtful, "how large it is, is not known: try it on something small first");
        };
        let (good, some) = task.wants;
        if billions >= good {
            (Fitness::Good, "it is large enough")
        } else if billions >= some {
            (Fitness::Doubtful, "small pieces of work, with checks that a machine can run")
        } else {
            (Fitness::Unfit, "it is too small")
        }
    }

    /// What must be said plainly of a model of one's own, so that nobody waits for what it cannot do.
    pub fn plainly(&self) -> Option<&'static str> {
        if self.kind != MindKind::Server {
            return None;
        }
        match self.billions {
            Some(billions) if billions < LEAST_BILLIONS => Some(
                "A model of this size answers and calls tools in the right form, but does not bring a piece of work to its end: of \
                 flights with one of 1.5 billion parameters no handoff was accepted. It can show you that the connection works; \
                 it cannot fly a mission.",
            ),
            Some(billions) if billions < 24.0 => Some(
                "It can look things up, review, and build small features whose checks a machine runs. Give the plan and the user \
                 testing to a larger model; everything takes longer than at a provider.",
            ),
            Some(_) => Some(
                "It works one request at a time on most machines: reviews and flows wait for each other, and everything takes \
                 longer than at a provider.",
            ),
            None => None,
        }
    }

    fn is_a_small_one(&self) -> bool {
        let name = self.model.to_lowercase();
        name.split(|c: char| !c.is_alphanumeric()).any(|word| SMALL_WORDS.contains(&word))
    }
}

/// The billions of parameters that a model's name tells: `qwen2.5-coder:1.5b` has 1.5, `mixtral-8x7b` 56.
pub fn billions(name: &str) -> Option<f64> {
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'));
    words.find_map(|word| {
        let number = word.strip_suffix('b')?;
        let (experts, size) = number.split_once('x').unwrap_or(("1", number));
        let size = size.strip_prefix('e').unwrap_or(size);
        let (experts, size) = (experts.parse::<f64>().ok()?, size.parse::<f64>().ok()?);
        (size > 0.0 && experts > 0.0 && size * experts < 10_000.0).then_some(size * experts)
    })
}

#[cfg(test)]
mod tests {
    use super::super::MindState;
    use super::*;

    fn mind(kind: MindKind, model: &str) -> Mind {
        Mind {
            kind,
            name: String::new(),
            model: model.to_owned(),
            found: String::new(),
            address: None,
            state: MindState::Answers,
            window: Some(128_000),
            price: None,
            billions: billions(model),
            tools: None,
            others: Vec::new(),
        }
    }

    fn fit(mind: &Mind) -> [Fitness; 4] {
        TASKS.map(|task| mind.fitness(task).0)
    }

    #[test]
    fn a_name_tells_the_size_of_a_model() {
        for (name, size) in [
            ("ollama/qwen2.5-coder:1.5b", Some(1.5)),
            ("llamacpp/Qwen3-Coder-30B-A3B-Instruct", Some(30.0)),
            ("mixtral-8x7b", Some(56.0)),
            ("gemma3n:e4b", Some(4.0)),
            ("gpt-oss:120b", Some(120.0)),
            ("qwen3-coder", None),
            ("b", None),
            ("0b", None),
        ] {
            assert_eq!(billions(name), size, "{name}");
        }
    }

    #[test]
    fn what_a_mind_is_good_for_follows_from_what_is_known_of_it() {
        use Fitness::{Doubtful, Good, Unfit};
        let server = |model: &str| mind(MindKind::Server, model);
        assert_eq!(fit(&server("ollama/qwen2.5:1.5b")), [Unfit; 4]);
        assert_eq!(fit(&server("ollama/qwen3:14b")), [Unfit, Unfit, Doubtful, Doubtful]);
        assert_eq!(fit(&server("ollama/gpt-oss:120b")), [Good; 4]);
        assert_eq!(fit(&server("ollama/something")), [Doubtful; 4]);
        assert_eq!(fit(&mind(MindKind::Key, "anthropic/claude-sonnet-5-5")), [Good; 4]);
        assert_eq!(fit(&mind(MindKind::Key, "openai/gpt-5-mini")), [Doubtful, Doubtful, Good, Good]);
        assert_eq!(fit(&mind(MindKind::Key, "gemini/gemini-2.5-pro")), [Good; 4], "no part of a word counts");
        assert_eq!(fit(&mind(MindKind::Agent, "acp/claude")), [Good; 4]);
        let narrow = Mind { window: Some(4_096), ..server("ollama/gpt-oss:120b") };
        assert_eq!(fit(&narrow), [Unfit; 4]);
        let mute = Mind { tools: Some(false), ..mind(MindKind::Key, "x/y") };
        assert_eq!(fit(&mute), [Unfit; 4]);
    }

    #[test]
    fn a_small_local_model_is_told_plainly_what_it_cannot_do() {
        let words = mind(MindKind::Server, "ollama/qwen2.5:1.5b").plainly().unwrap();
        assert!(words.contains("cannot fly a mission"), "{words}");
        assert!(mind(MindKind::Server, "ollama/qwen3:14b").plainly().unwrap().contains("larger model"));
        assert_eq!(mind(MindKind::Key, "openai/gpt-5").plainly(), None);
    }

    #[test]
    fn every_role_has_its_task() {
        let mut roles: Vec<Role> = TASKS.iter().flat_map(|task| task.roles).copied().collect();
        roles.sort();
        let mut all = Role::ALL.to_vec();
        all.sort();
        assert_eq!(roles, all);
    }
}
