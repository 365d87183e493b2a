//! Every complaint about a contract, an environment and a plan.

use flightdeck::domain::contract::{Assertion, AssertionDraft, Contract, Instrument};
use flightdeck::domain::environment::{Environment, Health, Service};
use flightdeck::domain::lint::{lint_contract, lint_environment, lint_plan};
use flightdeck::domain::plan::MilestoneDraft;
use flightdeck::domain::text::{Line, Prose};

use crate::support::words::{
    after, assertion, chore, environment, feature, line, milestone, prose, service, title,
};

fn contract(drafts: Vec<AssertionDraft>) -> Contract {
    drafts.into_iter().map(Assertion::new).map(|assertion| (assertion.id.clone(), assertion)).collect()
}

fn changed(change: impl FnOnce(&mut AssertionDraft)) -> Vec<AssertionDraft> {
    let mut draft = assertion("VAL-A-001");
    change(&mut draft);
    vec![draft]
}

#[test]
fn a_contract_that_holds_together_is_not_complained_about() {
    assert_eq!(lint_contract(&[assertion("VAL-A-001"), assertion("VAL-A-002")]), [""; 0]);
}

#[test]
fn what_is_wrong_with_a_contract() {
    let table: Vec<(Vec<AssertionDraft>, &str)> = vec![
        (vec![], "the contract has no assertion; write at least one behaviour that a user can observe"),
        (
            vec![assertion("VAL-A-001"), assertion("VAL-A-001")],
            "VAL-A-001 is written twice; give one of them another number",
        ),
        (
            changed(|draft| draft.wording.check.how = prose("Verify it works.")),
            "VAL-A-001: the check says nothing to do; name the steps and what must be seen",
        ),
        (
            changed(|draft| draft.wording.check.how = Prose::default()),
            "VAL-A-001: the check says nothing to do; name the steps and what must be seen",
        ),
        (
            changed(|draft| draft.wording.check.how = prose("Look at it")),
            "VAL-A-001: the check \"look at it\" is too vague; name the steps and what must be seen",
        ),
        (
            changed(|draft| draft.wording.statement = prose("Works as expected.")),
            "VAL-A-001: the statement names no behaviour that a user can observe",
        ),
        (
            changed(|draft| draft.wording.check.via = Instrument::Command),
            "VAL-A-001: a check via command needs the command",
        ),
        (
            changed(|draft| draft.wording.evidence = Line::default()),
            "VAL-A-001: say which evidence must be kept",
        ),
    ];
    for (drafts, complaint) in table {
        assert_eq!(lint_contract(&drafts), [complaint]);
    }
}

#[test]
fn a_short_check_is_enough_where_a_command_decides() {
    let drafts = changed(|draft| {
        draft.wording.check.how = prose("Run it");
        draft.wording.check.command = Some(line("make test"));
    });
    assert_eq!(lint_contract(&drafts), [""; 0]);
}

fn services(services: Vec<Service>) -> Environment {
    Environment { services, ..environment() }
}

fn waiting(name: &str, port: u16, names: &[&str]) -> Service {
    Service { after: names.iter().map(|name| title(name)).collect(), ..service(name, port) }
}

#[test]
fn what_is_wrong_with_an_environment() {
    let portless = Service { port: None, health: Health::Http { path: line("/") }, ..service("web", 1) };
    let table = [
        (vec![service("web", 1), service("web", 2)], "two services are called web"),
        (vec![service("web", 1), service("api", 1)], "services web and api both want port 1"),
        (vec![portless], "service web has a health check but no port to ask"),
        (vec![waiting("web", 1, &["db"])], "service web starts after db, which does not exist"),
        (
            vec![waiting("web", 1, &["api"]), waiting("api", 2, &["web"])],
            "service web waits for itself in a circle",
        ),
    ];
    for (list, complaint) in table {
        assert_eq!(lint_environment(&services(list)), [complaint]);
    }
    let fine = vec![waiting("web", 1, &["db"]), service("db", 2)];
    assert_eq!(lint_environment(&services(fine)), [""; 0]);
}

#[test]
fn what_is_wrong_with_a_plan() {
    let one = contract(vec![assertion("VAL-A-001")]);
    let claim = || feature("Page", &["VAL-A-001"]);
    let plan = |features| vec![milestone("One", features)];
    let table: Vec<(Vec<MilestoneDraft>, &str)> = vec![
        (vec![milestone("One", vec![claim()]), milestone("Two", vec![])], "milestone \"Two\" has no feature"),
        (plan(vec![chore("Docs")]), "VAL-A-001 is claimed by no feature"),
        (
            plan(vec![claim(), feature("Other", &["VAL-A-001"])]),
            "VAL-A-001 is claimed by \"Page\" and by \"Other\"; leave it to one",
        ),
        (
            plan(vec![claim(), feature("Docs", &[])]),
            "feature \"Docs\" fulfills no assertion; name one, or say why in no_assertion_because",
        ),
        (
            plan(vec![claim(), feature("Docs", &["VAL-B-001"])]),
            "feature \"Docs\" fulfills VAL-B-001, which is not in the contract",
        ),
        (plan(vec![claim(), chore("Page")]), "two features are called \"Page\""),
        (
            plan(vec![claim(), after(chore("Docs"), &["Nothing"])]),
            "feature \"Docs\" comes after \"Nothing\", which does not exist; use a feature's exact title",
        ),
        (
            plan(vec![claim(), after(chore("A"), &["B"]), after(chore("B"), &["A"])]),
            "feature \"A\" comes after itself in a circle",
        ),
        (
            vec![milestone("One", vec![after(claim(), &["Docs"])]), milestone("Two", vec![chore("Docs")])],
            "feature \"Page\" comes after \"Docs\", which belongs to a later milestone; move one of them",
        ),
    ];
    for (milestones, complaint) in table {
        assert_eq!(lint_plan(&one, &milestones), [complaint]);
    }
    assert_eq!(lint_plan(&one, &[]), ["the plan has no milestone", "VAL-A-001 is claimed by no feature"]);
    assert_eq!(lint_plan(&one, &plan(vec![after(claim(), &["Docs"]), chore("Docs")])), [""; 0]);
}
