//! What was found on a machine to fly with, and what each of it would be good for.

mod fitness;

use crate::domain::budget::dollars;
use crate::domain::usage::ModelPrice;
use crate::view::glyph::Glyph;
use crate::view::prose::{hanging, paragraph};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::padded;
use crate::view::words::count;

pub use fitness::{Fitness, TASKS, Task, billions};

/// Cells of a mind's name.
const NAME: usize = 14;
/// Cells of the label before what is said of a mind.
const LABEL: usize = 12;
/// How many of the other models of a server are named.
const MOST_OTHERS: usize = 12;

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Discovery {
    pub minds: Vec<Mind>,
    /// What was looked for and is not here, a sentence for each kind.
    pub absent: Vec<String>,
    /// The person's settings, where what is kept is written.
    pub settings: String,
}

/// Something that could play the agents.
#[derive(Debug, Clone, PartialEq)]
pub struct Mind {
    pub kind: MindKind,
    /// Who it is: `Anthropic`, `Ollama`, `claude`.
    pub name: String,
    /// What it is called in the settings: `anthropic/claude-sonnet-5-5`.
    pub model: String,
    /// How it was found: `ANTHROPIC_API_KEY is set`.
    pub found: String,
    /// Where it answers, of a server that the settings may not name yet.
    pub address: Option<String>,
    pub state: MindState,
    pub window: Option<u32>,
    pub price: Option<ModelPrice>,
    /// Billions of parameters, as far as its name tells.
    pub billions: Option<f64>,
    /// Whether it calls tools, where that is known.
    pub tools: Option<bool>,
    /// Other models that can be had in the same place.
    pub others: Vec<String>,
}

/// Where it thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MindKind {
    /// At a provider, for a key.
    Key,
    /// On a server of this machine.
    Server,
    /// In an agent program, with what the person has signed in to.
    Agent,
}

/// How it is, as far as it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MindState {
    /// It answered, and took the key where it wants one.
    Answers,
    /// It was not asked.
    Unasked,
    /// It refused the key.
    Refused(String),
    /// It did not answer.
    Silent(String),
    /// flightdeck cannot fly it.
    Unflown(String),
}

impl Discovery {
    /// Whether anything of it can be flown with, as far as that is known without a try.
    pub fn is_usable(&self) -> bool {
        self.minds.iter().any(Mind::can_fly)
    }

    /// What is said above the list.
    pub fn head(&self) -> String {
        if self.is_usable() {
            return "A mission needs a model to play its agents. This is what was found here:".to_owned();
        }
        if self.minds.is_empty() {
            return "A mission needs a model to play its agents, and none was found here.".to_owned();
        }
        "A mission needs a model to play its agents. What was found here cannot fly one as it is:".to_owned()
    }

    /// Everything on one page.
    pub fn page(&self, width: usize) -> Vec<Row> {
        let mut rows = vec![Row::of(StyleRole::Strong, self.head()), Row::new()];
        for mind in &self.minds {
            rows.push(mind.row());
            rows.extend(mind.detail(width.saturating_sub(2)).into_iter().map(|row| row.indented(2)));
            rows.push(Row::new());
        }
        rows.extend(self.nothing_else(width));
        rows
    }

    /// What is not here, and what to do about it.
    pub fn nothing_else(&self, width: usize) -> Vec<Row> {
        let advice = "Set the key of a provider, start a model server or install an agent, and look again. Any other server that \
             speaks Chat Completions is named in the settings: [providers.NAME] with its base_url, and [models] default = \
             \"NAME/MODEL\".";
        let mut rows = line("to do", StyleRole::Text, advice, width);
        rows.extend(line("settings", StyleRole::Text, &self.settings, width));
        rows.extend(self.absent.iter().flat_map(|words| line("not found", StyleRole::Dim, words, width)));
        rows
    }
}

impl Mind {
    /// Whether it can be flown with, as far as that is known without a try.
    pub fn is_usable(&self) -> bool {
        matches!(self.state, MindState::Answers | MindState::Unasked)
    }

    /// Whether there is a role that it may play.
    pub fn can_fly(&self) -> bool {
        self.is_usable() && TASKS.iter().any(|task| self.fitness(*task).0 > Fitness::Unfit)
    }

    /// Its row in a list.
    pub fn row(&self) -> Row {
        let (style, glyph, words) = match &self.state {
            MindState::Answers => (StyleRole::Good, Glyph::Done, "answers"),
            MindState::Unasked => (StyleRole::Text, Glyph::Pending, "not asked yet"),
            MindState::Refused(_) => (StyleRole::Bad, Glyph::Failed, "refuses the key"),
            MindState::Silent(_) => (StyleRole::Bad, Glyph::Failed, "does not answer"),
            MindState::Unflown(_) => (StyleRole::Warn, Glyph::Blocked, "cannot be flown"),
        };
        Row::new()
            .sign(style, glyph)
            .then(StyleRole::Strong, padded(&self.name, NAME))
            .then(StyleRole::Text, &self.model)
            .end(style, format!("  {words}"))
    }

    /// What is known of it, and what it would be good for.
    pub fn detail(&self, width: usize) -> Vec<Row> {
        let mut rows = line("found", StyleRole::Text, &self.found, width);
        if let MindState::Refused(why) | MindState::Silent(why) | MindState::Unflown(why) = &self.state {
            rows.extend(line("but", StyleRole::Bad, why, width));
        }
        let facts = self.facts();
        if !facts.is_empty() {
            rows.extend(line("model", StyleRole::Text, &facts, width));
        }
        if self.is_usable() {
            rows.extend(
                self.plainly().into_iter().flat_map(|words| line("plainly", StyleRole::Warn, words, width)),
            );
            for task in TASKS {
                let (fitness, why) = self.fitness(task);
                let (style, word) = fitness.shown();
                let lead = format!("{}{}", padded("", LABEL), padded(task.name, LABEL + 4));
                let lead = if task == TASKS[0] {
                    lead.replacen(&padded("", LABEL), &padded("good for", LABEL), 1)
                } else {
                    lead
                };
                rows.extend(hanging((StyleRole::Dim, &lead), style, &format!("{word}: {why}"), width));
            }
        }
        if !self.others.is_empty() {
            let named = self.others.iter().take(MOST_OTHERS).cloned().collect::<Vec<_>>().join(", ");
            let rest = self.others.len().saturating_sub(MOST_OTHERS);
            let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
            rows.extend(line("also there", StyleRole::Dim, &format!("{named}{more}"), width));
        }
        rows
    }

    /// Its window, its size and what it costs.
    fn facts(&self) -> String {
        let window = self.window.map(|tokens| format!("reads {} tokens", count(tokens.into())));
        let size = self.billions.map(|billions| format!("{billions} billion parameters"));
        let price = match (self.kind, self.price) {
            (MindKind::Server, _) => Some("costs no money here".to_owned()),
            (MindKind::Agent, _) => Some("costs what your sign-in costs".to_owned()),
            (MindKind::Key, Some(price)) => Some(price_words(&price)),
            (MindKind::Key, None) => Some("its price is not known: give a token budget".to_owned()),
        };
        [window, size, price].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

/// A price for reading: `$2.00 in, $10.00 out per million tokens`.
pub fn price_words(price: &ModelPrice) -> String {
    format!("{} in, {} out per million tokens", dollars(price.input), dollars(price.output))
}

/// What became of a real call.
pub fn trial_rows(outcome: &Result<String, String>, width: usize) -> Vec<Row> {
    match outcome {
        Ok(words) => line("tried", StyleRole::Good, words, width),
        Err(words) => line("tried", StyleRole::Bad, words, width),
    }
}

/// What stands in the list for the rehearsal.
pub fn rehearsal_row() -> Row {
    Row::new()
        .sign(StyleRole::Accent, Glyph::Arrow)
        .then(StyleRole::Strong, padded("rehearsal", NAME))
        .then(StyleRole::Text, "watch a whole mission without a key or a network")
}

/// What the rehearsal is.
pub fn rehearsal(width: usize) -> Vec<Row> {
    let words = "The demo flies a complete mission whose mind is a script: no model is called. The commits, the compiler, the tests, \
         the running server and the verdicts are real. It takes a few minutes and wants cargo.";
    paragraph(StyleRole::Text, words, width)
}

fn line(label: &str, style: StyleRole, words: &str, width: usize) -> Vec<Row> {
    hanging((StyleRole::Dim, &padded(label, LABEL)), style, words, width)
}
