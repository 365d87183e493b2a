//! What a script can say, and what is said about a script that is wrong.

use flightdeck::agent::model::script::Scripts;
use flightdeck::agent::model::{Item, ModelError, Reply, Request, ResultStatus};
use pretty_assertions::assert_eq;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::stage::{Heard, labels, model, read, request, turn, turn_heard};

const BRANCHING: &str = r#"
[[script]]
name = "look"
match = { role = "worker", feature = "/^Look (at|into) /" }
let = { address = '''brief|capture('app: (\S+)')''' }

[[script.step]]
say = "I look at {{ address }}."
calls = [{ tool = "http", as = "home", input = { method = "GET", url = "{{ address }}/", tries = 2 } }]

[[script.step]]
if = "results.home.text is matching('status: 200')"
say = "It is there."
calls = [{ tool = "verdict", input = { outcome = "pass", evidence = { expr = "results.home|evidence" } } }]

[[script.step]]
if = "results.home.text is not matching('status: 200')"
say = "It is not there: {{ last.text|capture('status: (.*)') }}"
calls = [
  { tool = "verdict", input = { outcome = "fail" } },
  { tool = "write", if = "labels.role == 'nobody'", input = { path = "x" } },
]

[[script.step]]
say = "Done, with {{ inbox|length }} messages."
end = true

[[script.step]]
say = "never"
"#;

fn look() -> Request {
    request(labels(&[("role", "worker"), ("feature", "Look at it")]), "app: http://x:1 is up")
}

fn answered(request: &Request, reply: &Reply, output: &str) -> Request {
    let mut request = request.clone();
    request.items.push(Item::Assistant(reply.clone()));
    for call in &reply.calls {
        let (call_id, tool) = (call.id.clone(), call.tool.clone());
        let (output, status) = (output.to_owned(), ResultStatus::Done);
        request.items.push(Item::ToolResult { call_id, tool, output, status });
    }
    request
}

#[test]
fn what_a_tool_answered_decides_the_branch() {
    let model = model(BRANCHING);
    let first = turn(&model, &look()).unwrap();
    assert_eq!(first.text, "I look at http://x:1.");
    let arguments = json!({ "method": "GET", "url": "http://x:1/", "tries": 2 });
    assert_eq!(first.calls[0].arguments, Some(arguments));

    let good = answered(&look(), &first, "status: 200\n\nhi\nevidence: ev_7");
    let reply = turn(&model, &good).unwrap();
    assert_eq!(reply.calls[0].arguments, Some(json!({ "outcome": "pass", "evidence": ["ev_7"] })));

    let bad = answered(&look(), &first, "status: 500");
    let reply = turn(&model, &bad).unwrap();
    assert_eq!(reply.text, "It is not there: 500");
    assert_eq!(reply.calls.len(), 1, "a call whose condition does not hold is not made");
}

#[test]
fn the_place_in_a_script_follows_from_the_conversation_alone() {
    let first = turn(&model(BRANCHING), &look()).unwrap();
    let mut second = answered(&look(), &first, "status: 200\nevidence: ev_1");
    second.items.push(Item::User { text: "how is it going?".to_owned() });
    let verdict = turn(&model(BRANCHING), &second).unwrap();
    assert_eq!(verdict, turn(&model(BRANCHING), &second).unwrap());

    let third = answered(&second, &verdict, "noted");
    let end = turn(&model(BRANCHING), &third).unwrap();
    assert_eq!((end.text.as_str(), end.calls.len()), ("Done, with 1 messages.", 0));
    let over = turn(&model(BRANCHING), &answered(&third, &end, "")).unwrap();
    assert!(over.text.contains("\"look\" ends here"), "{}", over.text);
}

#[test]
fn a_conversation_of_somebody_else_is_refused() {
    let mut request = look();
    request.items.push(Item::Assistant(Reply { text: "Hm.".to_owned(), ..Reply::default() }));
    let refusal = turn(&model(BRANCHING), &request).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "scripts.toml:7: script `look`, step 1: the conversation does not follow this script; start the session afresh"
    );
}

#[test]
fn a_session_without_a_script_is_told_so() {
    let request = request(labels(&[("role", "critic"), ("work", "plan")]), "");
    let Err(ModelError::Refused(message)) = turn(&model(BRANCHING), &request) else { panic!("refused") };
    assert!(message.ends_with("has no script for a session with role=critic, work=plan"), "{message}");
}

#[test]
fn files_are_pulled_in_as_they_are_and_lists_can_be_computed() {
    let model = model(
        r#"
        [[script]]
        name = "write"
        match = {}
        [[script.step]]
        calls = [
          { tool = "write", input = { path = "src/main.rs", content = { file = "app/hello.rs" } } },
          { tool = "triage", input = '{"ids": [{% for id in brief|find_all("FND-[0-9]+") %}"{{ id }}"{% if not loop.last %},{% endif %}{% endfor %}]}' },
        ]
        "#,
    );
    let reply = turn(&model, &request(labels(&[]), "FND-1 and FND-20")).unwrap();
    let arguments: Vec<_> = reply.calls.into_iter().filter_map(|call| call.arguments).collect();
    assert_eq!(arguments[0]["content"], "fn main() { /* {{ raw }} */ }\n");
    assert_eq!(arguments[1], json!({ "ids": ["FND-1", "FND-20"] }));
}

#[test]
fn an_item_of_a_list_stands_there_when_its_condition_holds() {
    let model = model(
        r#"
        [[script]]
        name = "list"
        match = {}
        [[script.step]]
        [[script.step.calls]]
        tool = "triage"
        [[script.step.calls.input.decisions]]
        if = "'FND-1' in brief"
        finding = "{{ brief|capture('(FND-1)') }}"
        [[script.step.calls.input.decisions]]
        finding = "FND-2"
        "#,
    );
    let made = |brief: &str| {
        let reply = turn(&model, &request(labels(&[]), brief)).unwrap();
        reply.calls[0].arguments.clone().unwrap()["decisions"].clone()
    };
    assert_eq!(made("FND-1"), json!([{ "finding": "FND-1" }, { "finding": "FND-2" }]));
    assert_eq!(made("none"), json!([{ "finding": "FND-2" }]), "what it names is not even looked for");
}

#[test]
fn everything_is_streamed_and_counted() {
    let heard = Heard::default();
    let model = model(BRANCHING);
    let reply = turn_heard(&model, &look(), &heard, &CancellationToken::new()).unwrap();
    assert_eq!(*heard.text.lock().unwrap(), reply.text);
    let streamed: serde_json::Value = serde_json::from_str(&heard.arguments.lock().unwrap()).unwrap();
    assert_eq!(Some(streamed), reply.calls[0].arguments);
    assert!(reply.usage.output > 0 && reply.usage.input > 0);
    assert_eq!(reply.usage.cached, 0);
    let next = turn(&model, &answered(&look(), &reply, "status: 500")).unwrap();
    assert_eq!(next.usage.cached, reply.usage.input, "what was sent before counts as cached");
}

#[test]
fn a_cancelled_session_stops_speaking() {
    let cancel = CancellationToken::new();
    cancel.cancel();
    let stopped = turn_heard(&model(BRANCHING), &look(), &Heard::default(), &cancel);
    assert_eq!(stopped, Err(ModelError::Cancelled));
}

fn fault(scripts: &str) -> String {
    read(&[("bad.toml", scripts)]).unwrap_err().to_string()
}

#[test]
fn a_wrong_script_names_its_file_its_line_and_its_step() {
    let head = "[[script]]\nname = \"s\"\nmatch = { role = \"worker\" }\n";
    let step = |step: &str| fault(&format!("{head}[[script.step]]\n{step}\n"));
    let place = "bad.toml:4: script `s`, step 1: ";
    assert_eq!(
        step("say = \"{{ results.home.text }}\""),
        format!("{place}nothing is called `results.home.text`")
    );
    assert_eq!(step("say = \"{{ labls.role }}\""), format!("{place}nothing is called `labls.role`"));
    let missing = "calls = [{ tool = \"write\", input = { content = { file = \"app/no.rs\" } } }]";
    assert_eq!(step(missing), format!("{place}file `app/no.rs`: the rehearsal has no such file"));
    let second = step("say = \"one\"\n[[script.step]]\nif = \"later\"");
    assert_eq!(second, "bad.toml:6: script `s`, step 2: nothing is called `later`");
    let item = |condition: &str| {
        format!("calls = [{{ tool = \"x\", input = {{ of = [{{ if = {condition}, a = 1 }}] }} }}]")
    };
    assert_eq!(step(&item("\"later\"")), format!("{place}nothing is called `later`"));
    // What cannot be read at all is shown with its own line.
    let unreadable = |text: String, line: usize, shown: &str, why: &str| {
        assert!(text.starts_with("bad.toml: ") && text.contains(&format!("line {line}")), "{text}");
        assert!(text.contains(shown) && text.contains(why), "{text}");
    };
    unreadable(step("sya = \"hello\""), 5, "sya = \"hello\"", "unknown field `sya`");
    unreadable(step("if = \"labels.role =\""), 5, "if = \"labels.role =\"", "syntax error");
    unreadable(step("goto = \"one\""), 5, "goto = \"one\"", "unknown field `goto`");
    let input = "calls = [{ tool = \"write\", input = 3 }]";
    unreadable(step(input), 5, input, "the input is a table, or a template of JSON");
    unreadable(step(&item("3")), 5, &item("3"), "the `if` of an item is an expression");
    let regex = "[[script]]\nname = \"s\"\nmatch = { role = \"/(/\" }\nstep = []\n";
    unreadable(fault(regex), 3, "match = { role = \"/(/\" }", "regex parse error");
}

#[test]
fn a_rehearsal_that_is_not_there_is_told_so() {
    let unknown = Scripts::builtin("opera").unwrap_err().to_string();
    assert_eq!(unknown, "there is no rehearsal `opera`; built in: demo");
}
