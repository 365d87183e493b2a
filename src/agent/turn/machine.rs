//! The machine itself.

mod fit;

use std::collections::{BTreeSet, HashSet};

use super::answered::Answered;
use super::shape::{Closing, Fault, Input, Limits, Outcome, ToolReply, TurnStep};
use super::words;
use crate::agent::context::{self, Estimate, History};
use crate::agent::model::{Item, Reach, Reply, Request, ResultStatus, ToolCall, ToolChoice, ToolSpec};
use crate::agent::repetition::RepetitionGuard;
use crate::agent::tool::{Output, Then, ToolError};

/// Replies without a call that are forgiven in a whole session; in a row it is one.
const FORGIVEN: u32 = 3;
/// How many turns before the cap the model is warned of it.
const TURNS_NOTICE: u32 = 3;
/// Calls of one reply that are made; no task needs more at once.
const MOST_CALLS: usize = 64;

/// One conversation and the rules it follows.
#[derive(Debug)]
pub struct Machine {
    request: Request,
    estimate: Estimate,
    /// The bytes of what does not grow: the system prompt and the tools.
    fixed: usize,
    closing: Closing,
    limits: Limits,
    guard: RepetitionGuard,
    turns: u32,
    tool_calls: u32,
    silent_in_a_row: u32,
    silent: u32,
    cut_off_in_a_row: u32,
    squeezed: u32,
    pending: Vec<Pending>,
    held: Vec<String>,
    ids: HashSet<String>,
    fresh: Vec<Item>,
    /// The numbers of the items, and of the newest that ever was.
    numbers: Vec<u64>,
    last: u64,
    /// Whether anything was left out before it began.
    shortened: bool,
    /// Tools whose accepted calls stay whole when the conversation is shortened.
    deciding: BTreeSet<String>,
    /// A tool for what is left out, offered as soon as something is.
    recall: Option<ToolSpec>,
    /// Whether earlier items were changed since that was asked last.
    rewritten: bool,
    /// Whether it says so before it shortens.
    heralds: bool,
}

/// A call that has no result in the conversation yet.
#[derive(Debug)]
struct Pending {
    call: ToolCall,
    refusal: Option<String>,
}

impl Machine {
    /// A conversation that has not begun. The request's only item is the brief, which is never shortened.
    pub fn new(request: Request, closing: Closing, limits: Limits) -> Self {
        let History { numbers, last, .. } = History::new(request.items.to_vec());
        Self {
            estimate: Estimate::of(&request),
            fixed: Estimate::fixed_bytes(&request),
            fresh: request.items.to_vec(),
            numbers,
            last,
            shortened: false,
            deciding: BTreeSet::new(),
            recall: None,
            rewritten: false,
            heralds: false,
            request,
            closing,
            limits,
            guard: RepetitionGuard::default(),
            turns: 0,
            tool_calls: 0,
            silent_in_a_row: 0,
            silent: 0,
            cut_off_in_a_row: 0,
            squeezed: 0,
            pending: Vec::new(),
            held: Vec::new(),
            ids: HashSet::new(),
        }
    }

    /// A conversation that goes on, word for word as it was, with what is new since.
    pub fn going_on(
        mut request: Request,
        before: History,
        news: String,
        closing: Closing,
        limits: Limits,
    ) -> Self {
        request.items = before.items.into();
        let mut machine = Self::new(request, closing, limits);
        machine.fresh.clear();
        (machine.numbers, machine.last) = (before.numbers, before.last);
        machine.shortened = before.shortened;
        let calls = machine.request.items.iter().filter_map(|item| match item {
            Item::Assistant(reply) => Some(reply.calls.iter().map(|call| call.id.clone())),
            Item::User { .. } | Item::ToolResult { .. } | Item::Unknown => None,
        });
        machine.ids = calls.flatten().collect();
        for (call_id, tool) in context::open_calls(&machine.request.items) {
            let output = words::CUT_SHORT.to_owned();
            machine.push(Item::ToolResult { call_id, tool, output, status: ResultStatus::Failed });
        }
        machine.push(Item::User { text: news });
        machine
    }

    /// Takes what has happened and says what to do next.
    pub fn step(&mut self, input: Input) -> TurnStep {
        match input {
            Input::Begin | Input::Interrupted => self.ask(),
            Input::Reply(reply) => self.replied(reply),
            Input::Answered(answers) => self.answered(answers),
            Input::Shorten => self.ask_anyway(),
            Input::TooLong(words) => self.squeeze(&words),
        }
    }

    /// Adds a message of a person or another agent. While calls are out it waits for their results.
    pub fn say(&mut self, text: impl Into<String>) {
        if self.pending.is_empty() {
            self.push(Item::User { text: text.into() });
        } else {
            self.held.push(text.into());
        }
    }

    /// What to ask the model with.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// How the session ends.
    pub fn closing(&self) -> &Closing {
        &self.closing
    }

    /// The size of the request in tokens, as well as it is known.
    pub fn estimate_tokens(&self) -> usize {
        self.estimate.tokens()
    }

    /// The bytes of the request, by which a provider's count is judged.
    pub fn asked_bytes(&self) -> usize {
        self.fixed + self.request.items.bytes()
    }

    /// Items that were added since the last call, for the transcript.
    pub fn take_fresh(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.fresh)
    }

    /// The conversation, where earlier items are others since this was asked last.
    pub fn take_rewritten(&mut self) -> Option<History> {
        let history = || {
            let (items, numbers) = (self.request.items.to_vec(), self.numbers.clone());
            History { items, numbers, last: self.last, shortened: true }
        };
        let rewritten = self.rewritten.then(history);
        self.rewritten = false;
        rewritten
    }

    /// Replies so far.
    pub fn turns(&self) -> u32 {
        self.turns
    }

    /// Calls so far, refused ones included.
    pub fn tool_calls(&self) -> u32 {
        self.tool_calls
    }

    fn push(&mut self, item: Item) {
        self.estimate.add(&item);
        self.fresh.push(item.clone());
        self.last += 1;
        self.numbers.push(self.last);
        self.request.items.push(item);
    }

    fn ask(&mut self) -> TurnStep {
        if self.heralds && self.estimate.tokens() > self.budget() {
            return TurnStep::Shorten;
        }
        self.ask_anyway()
    }

    fn ask_anyway(&mut self) -> TurnStep {
        let left = self.limits.max_turns.saturating_sub(self.turns);
        if left == 0 {
            let reason = format!("it did not end within {} turns", self.limits.max_turns);
            return failed(reason, Fault::Limit);
        }
        if left == TURNS_NOTICE && self.turns > TURNS_NOTICE {
            self.push(Item::User { text: words::turns_left(left, &self.closing) });
        }
        let high = self.budget();
        if self.estimate.tokens() > high {
            self.fit(high * 6 / 10);
        }
        TurnStep::AskModel
    }

    fn replied(&mut self, mut reply: Reply) -> TurnStep {
        self.turns += 1;
        self.squeezed = 0;
        for (index, call) in reply.calls.iter_mut().enumerate() {
            // Some servers number the calls of each reply from zero again.
            if call.id.is_empty() || !self.ids.insert(call.id.clone()) {
                call.id =
                    format!("{}_{}_{index}", if call.id.is_empty() { "call" } else { &call.id }, self.turns);
                self.ids.insert(call.id.clone());
            }
        }
        self.request.choice = ToolChoice::Free;
        let (usage, reach) = (reply.usage, reply.reach);
        let (text, calls) = (reply.text.trim().to_owned(), reply.calls.clone());
        self.push(Item::Assistant(reply));
        self.estimate.count(usage);
        if reach != Reach::Whole && calls.is_empty() {
            return self.cut_off(reach);
        }
        self.cut_off_in_a_row = 0;
        if calls.is_empty() {
            return self.silent(text);
        }
        self.silent_in_a_row = 0;
        self.tool_calls += u32::try_from(calls.len()).unwrap_or(u32::MAX);
        let pending = |(index, call)| Pending { refusal: self.refusal(index, &call, reach), call };
        self.pending = calls.into_iter().enumerate().map(pending).collect();
        if self.pending.iter().any(|pending| pending.refusal.is_some()) {
            let closing = self.closing.clone();
            let ends = self.pending.iter_mut().filter(|pending| closing.is_by(&pending.call.tool));
            for pending in ends {
                pending.refusal.get_or_insert_with(|| words::MEND_FIRST.to_owned());
            }
        }
        let allowed = self.pending.iter().filter(|pending| pending.refusal.is_none());
        let calls: Vec<_> = allowed.map(|pending| pending.call.clone()).collect();
        if calls.is_empty() { self.answered(Vec::new()) } else { TurnStep::CallTools(calls) }
    }

    /// A text that ran out of tokens, or was cut where it repeated itself, is no answer, and no sign of an agent that will not
    /// work.
    fn cut_off(&mut self, reach: Reach) -> TurnStep {
        self.cut_off_in_a_row += 1;
        let most = self.request.max_output_tokens;
        if self.cut_off_in_a_row > FORGIVEN && reach == Reach::Repeating {
            return failed("it loops: its replies say the same over and over".to_owned(), Fault::Agent);
        }
        if self.cut_off_in_a_row > FORGIVEN {
            let reason = match most {
                Some(most) => format!("its replies reach the limit of {most} tokens again and again"),
                None => "its replies reach the provider's limit again and again".to_owned(),
            };
            return failed(format!("{reason}; choose a model that writes longer replies"), Fault::Limit);
        }
        let text = match reach {
            Reach::Repeating => words::repeating(&self.closing),
            Reach::CutOff | Reach::Whole => words::cut_off(most, &self.closing),
        };
        self.push(Item::User { text });
        self.ask()
    }

    fn silent(&mut self, text: String) -> TurnStep {
        if self.closing == Closing::Text && !text.is_empty() {
            return TurnStep::Finish(Outcome::Said(text));
        }
        self.silent_in_a_row += 1;
        self.silent += 1;
        if self.silent_in_a_row > 1 || self.silent > FORGIVEN {
            return failed(self.closing.not_reached(&text), Fault::Agent);
        }
        let notice = if text.is_empty() {
            words::said_nothing(&self.closing)
        } else {
            words::not_closed(&self.closing)
        };
        self.push(Item::User { text: notice });
        if matches!(self.closing, Closing::Tools(_)) {
            self.request.choice = ToolChoice::Required;
        }
        self.ask()
    }

    fn refusal(&self, index: usize, call: &ToolCall, reach: Reach) -> Option<String> {
        if index >= MOST_CALLS {
            return Some(words::too_many_calls(MOST_CALLS));
        }
        if !self.request.tools.iter().any(|tool| tool.name == call.tool) {
            return Some(words::unknown_tool(&call.tool, &self.request.tools));
        }
        let is_cut = reach == Reach::CutOff || call.raw.trim().is_empty();
        let refused = || {
            if reach == Reach::Repeating {
                words::repeating_call(call)
            } else if is_cut {
                words::cut_call(call, self.request.max_output_tokens)
            } else {
                words::broken_arguments(call)
            }
        };
        call.arguments.is_none().then(refused)
    }

    fn answered(&mut self, mut answers: Vec<ToolReply>) -> TurnStep {
        let closed = answers
            .iter()
            .any(|answer| matches!(&answer.result, Ok(output) if matches!(output.then, Then::Close(_))));
        let missing = if closed { words::NOT_RUN_CLOSED } else { words::NOT_RUN_INTERRUPTED };
        let mut ending = None;
        for pending in std::mem::take(&mut self.pending) {
            let found = answers.iter().position(|answer| answer.call_id == pending.call.id);
            let result = match (pending.refusal, found) {
                (Some(refusal), _) => Err(ToolError::Mend(refusal)),
                (None, Some(index)) => answers.swap_remove(index).result,
                (None, None) => Err(ToolError::Mend(missing.to_owned())),
            };
            let end = self.record(&pending.call, result);
            ending = ending.or(end);
        }
        for text in std::mem::take(&mut self.held) {
            self.push(Item::User { text });
        }
        match ending {
            Some(ending) => TurnStep::Finish(ending),
            None => self.ask(),
        }
    }

    /// Puts a result into the conversation and says whether it ends the session.
    fn record(&mut self, call: &ToolCall, result: Result<Output, ToolError>) -> Option<Outcome> {
        let Answered { output, status, ending } =
            Answered::of(call, result, self.limits.tool_output_bytes, &mut self.guard);
        let (call_id, tool) = (call.id.clone(), call.tool.clone());
        self.push(Item::ToolResult { call_id, tool, output, status });
        ending
    }
}

fn failed(reason: String, fault: Fault) -> TurnStep {
    TurnStep::Finish(Outcome::Failed { reason, fault })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::agent::model::TokenUsage;
    use crate::agent::tool::{Output, ToolError};

    fn machine(closing: Closing, limits: Limits) -> Machine {
        let tool = |name: &str| ToolSpec { name: name.into(), description: String::new(), schema: json!({}) };
        let request = Request {
            system: "You are terse.".into(),
            items: vec![Item::User { text: "the brief".into() }].into(),
            tools: vec![tool("read"), tool("handoff")],
            max_output_tokens: limits.max_output_tokens,
            ..Request::default()
        };
        Machine::new(request, closing, limits)
    }

    fn worker() -> Machine {
        machine(Closing::Tools(vec!["handoff".into()]), Limits::default())
    }

    fn call(id: &str, tool: &str) -> ToolCall {
        ToolCall { id: id.into(), tool: tool.into(), arguments: Some(json!({})), raw: String::new() }
    }

    fn calling(calls: &[ToolCall]) -> Input {
        Input::Reply(Reply { calls: calls.to_vec(), ..Reply::default() })
    }

    fn saying(text: &str) -> Input {
        Input::Reply(Reply { text: text.into(), ..Reply::default() })
    }

    fn cut_off(text: &str) -> Input {
        Input::Reply(Reply { text: text.into(), reach: Reach::CutOff, ..Reply::default() })
    }

    fn done(id: &str, text: &str) -> ToolReply {
        ToolReply { call_id: id.into(), result: Ok(Output { text: text.into(), then: Then::Continue }) }
    }

    fn closed(id: &str, value: Value) -> ToolReply {
        ToolReply { call_id: id.into(), result: Ok(Output { text: "ok".into(), then: Then::Close(value) }) }
    }

    fn results(machine: &Machine) -> Vec<(String, String)> {
        let result = |item: &Item| match item {
            Item::ToolResult { call_id, output, .. } => Some((call_id.clone(), output.clone())),
            _ => None,
        };
        machine.request().items.iter().filter_map(result).collect()
    }

    fn last_said(machine: &Machine) -> String {
        match machine.request().items.last() {
            Some(Item::User { text }) => text.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_session_goes_from_its_brief_to_its_closing_tool() {
        let mut machine = worker();
        assert_eq!(machine.step(Input::Begin), TurnStep::AskModel);
        let calls = [call("a", "read"), call("b", "read")];
        assert_eq!(machine.step(calling(&calls)), TurnStep::CallTools(calls.to_vec()));
        let answers = vec![done("b", "second"), done("a", "first")];
        assert_eq!(machine.step(Input::Answered(answers)), TurnStep::AskModel);
        assert_eq!(results(&machine), [("a".into(), "first".into()), ("b".into(), "second".into())]);
        machine.step(calling(&[call("c", "handoff")]));
        let ending = machine.step(Input::Answered(vec![closed("c", json!({ "ok": true }))]));
        assert_eq!(
            ending,
            TurnStep::Finish(Outcome::Closed { tool: "handoff".into(), value: json!({ "ok": true }) })
        );
        assert_eq!((machine.turns(), machine.tool_calls()), (2, 3));
        assert_eq!(machine.take_fresh().len(), 6, "brief, reply, two results, reply, result");
        assert!(machine.take_fresh().is_empty());
    }

    #[test]
    fn an_unknown_tool_is_answered_with_those_that_exist() {
        let mut machine = worker();
        assert_eq!(machine.step(calling(&[call("a", "delete")])), TurnStep::AskModel);
        assert_eq!(results(&machine)[0].1, "There is no tool `delete`. The tools are: read, handoff.");
    }

    #[test]
    fn broken_arguments_are_answered_with_what_is_wrong_with_them() {
        for (raw, expected) in
            [("{\"a\": ", "EOF while parsing"), ("[1]", "must be a JSON object"), ("", "cut off")]
        {
            let mut machine = worker();
            let broken = ToolCall { arguments: None, raw: raw.into(), ..call("a", "read") };
            let good = call("b", "read");
            assert_eq!(machine.step(calling(&[broken, good.clone()])), TurnStep::CallTools(vec![good]));
            machine.step(Input::Answered(vec![done("b", "fine")]));
            let results = results(&machine);
            assert!(results[0].1.contains(expected), "{results:?}");
            assert_eq!(results[1].1, "fine");
        }
    }

    #[test]
    fn calls_behind_the_closing_one_are_not_made_but_answered() {
        let mut machine = worker();
        machine.step(calling(&[call("a", "handoff"), call("b", "read")]));
        let step = machine.step(Input::Answered(vec![closed("a", json!(1))]));
        assert!(matches!(step, TurnStep::Finish(Outcome::Closed { .. })));
        assert_eq!(results(&machine)[1].1, words::NOT_RUN_CLOSED);
    }

    #[test]
    fn stopping_without_the_closing_tool_is_told_once() {
        let mut machine = worker();
        assert_eq!(machine.step(saying("I am done.")), TurnStep::AskModel);
        assert!(last_said(&machine).contains("`handoff`"));
        let TurnStep::Finish(Outcome::Failed { reason, fault }) = machine.step(saying("Really.")) else {
            panic!()
        };
        assert_eq!(
            (reason.as_str(), fault),
            ("it stopped without calling `handoff`, although it was told", Fault::Agent)
        );
    }

    #[test]
    fn work_in_between_is_forgiven_three_times() {
        let mut machine = worker();
        for round in 0..3 {
            assert_eq!(machine.step(saying("hm")), TurnStep::AskModel, "{round}");
            let id = format!("c{round}");
            machine.step(calling(&[call(&id, "read")]));
            machine.step(Input::Answered(vec![done(&id, &id)]));
        }
        assert!(matches!(machine.step(saying("hm")), TurnStep::Finish(Outcome::Failed { .. })));
    }

    #[test]
    fn a_researcher_ends_with_its_text_and_silence_is_told_once() {
        let mut machine = machine(Closing::Text, Limits::default());
        assert_eq!(machine.step(saying("  ")), TurnStep::AskModel);
        assert!(last_said(&machine).contains("empty"));
        assert_eq!(machine.step(saying("42")), TurnStep::Finish(Outcome::Said("42".into())));
    }

    #[test]
    fn the_turn_cap_is_announced_and_kept() {
        let limits = Limits { max_turns: 8, ..Limits::default() };
        let mut machine = machine(Closing::Tools(vec!["handoff".into()]), limits);
        let mut step = machine.step(Input::Begin);
        let mut turns = 0;
        while step == TurnStep::AskModel {
            turns += 1;
            let id = format!("c{turns}");
            machine.step(calling(&[call(&id, "read")]));
            step = machine.step(Input::Answered(vec![done(&id, &id)]));
            if turns == 5 {
                assert!(last_said(&machine).contains("3 turns are left"));
            }
        }
        assert_eq!(turns, 8);
        assert!(matches!(step, TurnStep::Finish(Outcome::Failed { fault: Fault::Limit, .. })));
    }

    #[test]
    fn the_same_again_and_again_is_warned_of_and_then_given_up() {
        let mut machine = worker();
        let mut step = TurnStep::AskModel;
        for turn in 0..6 {
            assert_eq!(step, TurnStep::AskModel);
            let id = format!("c{turn}");
            machine.step(calling(&[call(&id, "read")]));
            step = machine.step(Input::Answered(vec![done(&id, "same")]));
        }
        let results = results(&machine);
        assert_eq!(results[1].1, "same");
        assert!(results[2].1.contains("3 times"), "{results:?}");
        assert!(matches!(step, TurnStep::Finish(Outcome::Failed { fault: Fault::Agent, .. })), "{step:?}");
    }

    #[test]
    fn a_reply_that_repeats_itself_is_told_so_and_a_session_of_them_ends() {
        let mut machine = worker();
        machine.step(Input::Begin);
        let broken =
            ToolCall { id: "c".into(), tool: "read".into(), raw: "{\"a\":\"xx".into(), arguments: None };
        let reply = Reply { calls: vec![broken], reach: Reach::Repeating, ..Reply::default() };
        assert_eq!(machine.step(Input::Reply(reply)), TurnStep::AskModel);
        let told = &results(&machine)[0].1;
        assert!(told.contains("said the same over and over") && told.contains("Call `read` again"), "{told}");
        let loops = || Reply { text: "again again".into(), reach: Reach::Repeating, ..Reply::default() };
        for _ in 0..FORGIVEN {
            assert_eq!(machine.step(Input::Reply(loops())), TurnStep::AskModel);
            assert!(last_said(&machine).contains("was cut off there"), "{}", last_said(&machine));
        }
        let step = machine.step(Input::Reply(loops()));
        assert!(matches!(step, TurnStep::Finish(Outcome::Failed { fault: Fault::Agent, .. })), "{step:?}");
    }

    #[test]
    fn a_conversation_goes_on_word_for_word_and_a_call_that_was_cut_short_says_so() {
        let mut before = worker();
        before.step(calling(&[call("a", "read")]));
        before.step(Input::Answered(vec![done("a", "seen")]));
        before.step(calling(&[call("b", "read"), call("c", "read")]));
        let (request, history) = (before.request().clone(), History::new(before.request().items.to_vec()));
        let known = request.items.len();
        let mut after = Machine::going_on(
            request,
            history,
            "You go on.".into(),
            Closing::Tools(vec!["handoff".into()]),
            Limits::default(),
        );
        assert_eq!(after.request().items[..known], before.request().items[..known]);
        let fresh = after.take_fresh();
        assert_eq!(fresh.len(), 3, "two results and what is new: {fresh:?}");
        assert!(results(&after)[1..].iter().all(|(_, text)| text == words::CUT_SHORT));
        assert_eq!(
            (last_said(&after), after.step(Input::Begin)),
            ("You go on.".to_owned(), TurnStep::AskModel)
        );
        let TurnStep::CallTools(calls) = after.step(calling(&[call("a", "read")])) else { panic!() };
        assert_ne!(calls[0].id, "a", "an id of before is not used again");
    }

    #[test]
    fn ids_that_come_again_are_made_unique() {
        let mut machine = worker();
        machine.step(calling(&[call("call_0", "read")]));
        machine.step(Input::Answered(vec![done("call_0", "one")]));
        let TurnStep::CallTools(calls) = machine.step(calling(&[call("call_0", "read"), call("", "read")]))
        else {
            panic!()
        };
        assert_eq!(calls.iter().map(|call| call.id.as_str()).collect::<Vec<_>>(), ["call_0_2_0", "call_2_1"]);
    }

    #[test]
    fn a_message_waits_for_the_results_and_interrupted_calls_say_so() {
        let mut machine = worker();
        machine.step(calling(&[call("a", "read")]));
        machine.say("stop that");
        assert_eq!(machine.step(Input::Answered(Vec::new())), TurnStep::AskModel);
        assert_eq!(results(&machine)[0].1, words::NOT_RUN_INTERRUPTED);
        assert_eq!(last_said(&machine), "stop that");
    }

    #[test]
    fn a_fatal_tool_ends_the_session() {
        let mut machine = worker();
        machine.step(calling(&[call("a", "read")]));
        let fatal =
            ToolReply { call_id: "a".into(), result: Err(ToolError::Fatal("the disk is gone".into())) };
        let ending = Outcome::Failed { reason: "the disk is gone".into(), fault: Fault::Tool };
        assert_eq!(machine.step(Input::Answered(vec![fatal])), TurnStep::Finish(ending));
    }

    #[test]
    fn a_long_conversation_is_compacted_before_the_window_is_full() {
        let limits = Limits { window_tokens: 8_000, ..Limits::default() };
        let mut machine = machine(Closing::Tools(vec!["handoff".into()]), limits);
        for turn in 0..100 {
            let id = format!("c{turn}");
            machine.step(calling(&[call(&id, "read")]));
            let step = machine.step(Input::Answered(vec![done(&id, &format!("{id} {}", "x".repeat(1_000)))]));
            assert_eq!(step, TurnStep::AskModel);
            assert!(machine.estimate_tokens() < 8_000, "turn {turn}: {}", machine.estimate_tokens());
        }
        assert_eq!(machine.request().items[0], Item::User { text: "the brief".into() });
    }

    #[test]
    fn a_provider_that_counts_more_is_believed() {
        let mut machine = worker();
        let usage = TokenUsage { input: 125_000, ..TokenUsage::default() };
        let reply = Reply { calls: vec![call("a", "read")], usage, ..Reply::default() };
        machine.step(Input::Reply(reply));
        assert!(machine.estimate_tokens() >= 125_000);
    }

    #[test]
    fn too_long_is_squeezed_twice_and_then_given_up() {
        let mut machine = worker();
        for turn in 0..30 {
            let id = format!("c{turn}");
            machine.step(calling(&[call(&id, "read")]));
            machine.step(Input::Answered(vec![done(&id, &format!("{id}{}", "x".repeat(2_000)))]));
        }
        let before = machine.estimate_tokens();
        assert_eq!(machine.step(Input::TooLong("too long".into())), TurnStep::AskModel);
        assert!(machine.estimate_tokens() <= before / 2 + 1);
        let mut steps = (0..3).map(|_| machine.step(Input::TooLong("too long".into())));
        assert!(
            steps.any(|step| matches!(step, TurnStep::Finish(Outcome::Failed { fault: Fault::Limit, .. })))
        );
    }

    #[test]
    fn a_task_that_does_not_fit_is_for_the_person_to_mend() {
        let mut machine = worker();
        machine.step(Input::Begin);
        let ended = machine.step(Input::TooLong("too long".into()));
        assert!(
            matches!(ended, TurnStep::Finish(Outcome::Failed { fault: Fault::Configuration, .. })),
            "{ended:?}"
        );
    }

    #[test]
    fn a_text_that_ran_out_of_tokens_is_no_answer() {
        let mut machine = machine(Closing::Text, Limits { max_output_tokens: Some(64), ..Limits::default() });
        machine.step(Input::Begin);
        assert_eq!(machine.step(cut_off("The answer is")), TurnStep::AskModel);
        let told = last_said(&machine);
        assert!(told.contains("limit of 64 tokens and was cut off"), "{told}");
        assert!(told.contains("Answer again, whole, in far fewer words"), "{told}");
        assert_eq!(machine.step(saying("42")), TurnStep::Finish(Outcome::Said("42".into())));
    }

    #[test]
    fn a_worker_whose_replies_are_cut_off_is_told_to_take_smaller_steps_and_fails_in_the_end() {
        let mut machine = worker();
        machine.step(Input::Begin);
        for _ in 0..FORGIVEN {
            assert_eq!(machine.step(cut_off("First I will")), TurnStep::AskModel);
            assert!(last_said(&machine).contains("Take smaller steps"), "{}", last_said(&machine));
        }
        let TurnStep::Finish(Outcome::Failed { reason, fault: Fault::Limit }) =
            machine.step(cut_off("First I"))
        else {
            panic!("it goes on for ever")
        };
        assert!(reason.contains("again and again") && reason.contains("choose a model"), "{reason}");
    }
}
