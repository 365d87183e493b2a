//! The turn machine, as tables.

use serde_json::{Value, json};

use super::*;
use crate::agent::model::{TokenUsage, ToolSpec};
use crate::agent::tool::{Output, ToolError};

fn machine(closing: Closing, limits: Limits) -> Machine {
    let tool = |name: &str| ToolSpec { name: name.into(), description: String::new(), schema: json!({}) };
    let opening = SessionInput {
        system: "You are terse.".into(),
        brief: "the brief".into(),
        tools: vec![tool("read"), tool("handoff")],
        ..SessionInput::default()
    };
    Machine::new(opening, closing, limits)
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
        TurnStep::Finish(Ending::Closed { tool: "handoff".into(), value: json!({ "ok": true }) })
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
    assert!(matches!(step, TurnStep::Finish(Ending::Closed { .. })));
    assert_eq!(results(&machine)[1].1, words::NOT_RUN_CLOSED);
}

#[test]
fn stopping_without_the_closing_tool_is_told_once() {
    let mut machine = worker();
    assert_eq!(machine.step(saying("I am done.")), TurnStep::AskModel);
    assert!(last_said(&machine).contains("`handoff`"));
    let TurnStep::Finish(Ending::Failed { reason, fault }) = machine.step(saying("Really.")) else {
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
    assert!(matches!(machine.step(saying("hm")), TurnStep::Finish(Ending::Failed { .. })));
}

#[test]
fn a_researcher_ends_with_its_text_and_silence_is_told_once() {
    let mut machine = machine(Closing::Text, Limits::default());
    assert_eq!(machine.step(saying("  ")), TurnStep::AskModel);
    assert!(last_said(&machine).contains("empty"));
    assert_eq!(machine.step(saying("42")), TurnStep::Finish(Ending::Said("42".into())));
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
    assert!(matches!(step, TurnStep::Finish(Ending::Failed { fault: Fault::Limit, .. })));
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
    assert!(matches!(step, TurnStep::Finish(Ending::Failed { fault: Fault::Agent, .. })), "{step:?}");
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
    let fatal = ToolReply { call_id: "a".into(), result: Err(ToolError::Fatal("the disk is gone".into())) };
    let ending = Ending::Failed { reason: "the disk is gone".into(), fault: Fault::Tool };
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
    assert!(steps.any(|step| matches!(step, TurnStep::Finish(Ending::Failed { fault: Fault::Limit, .. }))));
}

#[test]
fn a_task_that_does_not_fit_is_for_the_person_to_mend() {
    let mut machine = worker();
    machine.step(Input::Begin);
    let ended = machine.step(Input::TooLong("too long".into()));
    assert!(
        matches!(ended, TurnStep::Finish(Ending::Failed { fault: Fault::Configuration, .. })),
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
    assert_eq!(machine.step(saying("42")), TurnStep::Finish(Ending::Said("42".into())));
}

#[test]
fn a_worker_whose_replies_are_cut_off_is_told_to_take_smaller_steps_and_fails_in_the_end() {
    let mut machine = worker();
    machine.step(Input::Begin);
    for _ in 0..FORGIVEN {
        assert_eq!(machine.step(cut_off("First I will")), TurnStep::AskModel);
        assert!(last_said(&machine).contains("Take smaller steps"), "{}", last_said(&machine));
    }
    let TurnStep::Finish(Ending::Failed { reason, fault: Fault::Limit }) = machine.step(cut_off("First I"))
    else {
        panic!("it goes on for ever")
    };
    assert!(reason.contains("again and again") && reason.contains("choose a model"), "{reason}");
}
