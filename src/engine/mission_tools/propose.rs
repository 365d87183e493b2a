//! The three proposals of the planning turn: contract, environment, plan.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::context::{Accepted, ToolContext, held_back};
use crate::agent::tool::{Answer, Call, Output, ToolRow};
use crate::domain::command::Command;
use crate::domain::contract::AssertionDraft;
use crate::domain::environment::{Environment, ServiceDraft};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::domain::negotiation::AnswerDraft;
use crate::domain::part::differing;
use crate::domain::plan::MilestoneDraft;
use crate::domain::requirement::SetAside;
use crate::domain::text::{Line, Prose, Title, plural};
use crate::engine::baseline::{self, Scope};
use crate::workspace::Access;

#[derive(Deserialize, JsonSchema)]
struct ProposedContract {
    assertions: Vec<AssertionDraft>,
    /// Sentences of the goal that ask for nothing: context, a motive.
    #[serde(default)]
    no_requirement: Vec<SetAside>,
}

#[derive(Deserialize, JsonSchema)]
struct ProposedEnvironment {
    #[serde(flatten)]
    environment: Environment,
    #[serde(default)]
    services: Vec<ServiceDraft>,
}

#[derive(Deserialize, JsonSchema)]
struct ProposedPlan {
    /// Of the mission: what will be there, in at most seven words.
    // No plan is refused for its name: a long one is clipped.
    #[schemars(with = "Option<String>", length(min = 1))]
    title: Option<Title>,
    milestones: Vec<MilestoneDraft>,
    /// To each objection of the critic.
    #[serde(default)]
    answers: Vec<AnswerDraft>,
    /// Checks that can decide nothing at the base commit and stay all the same.
    #[serde(default)]
    checks_kept: Vec<KeptCheck>,
    /// Commands that can do nothing at the base commit and stay all the same.
    #[serde(default)]
    commands_kept: Vec<KeptCommand>,
    /// After a NO-GO: how this plan answers the person's note.
    answer: Option<Prose>,
}

/// A check that stays as it is.
#[derive(Deserialize, JsonSchema)]
struct KeptCheck {
    assertion: AssertionId,
    because: Line,
}

/// A command that stays as it is.
#[derive(Deserialize, JsonSchema)]
struct KeptCommand {
    command: Line,
    because: Line,
}

pub(super) fn rows(context: &Arc<ToolContext>) -> [ToolRow; 3] {
    [
        ToolRow::new(
            "propose_contract",
            "Proposes the validation contract: every assertion of the mission. Proposing again replaces it.",
            Access::Read,
            Ok(Arc::clone(context)),
            propose_contract,
        ),
        ToolRow::new(
            "propose_environment",
            "Proposes the commands and services of the app, and tells you what each command and each assertion's command does at the base commit. The test and lint commands gate every milestone: they must exist once the first feature is built.",
            Access::Read,
            Ok(Arc::clone(context)),
            propose_environment,
        ),
        ToolRow::new(
            "propose_plan",
            "Proposes milestones and their features, in the order in which they are built. Ends your turn.",
            Access::Read,
            Ok(Arc::clone(context)),
            propose_plan,
        ),
    ]
}

async fn propose_contract(context: Arc<ToolContext>, wanted: ProposedContract, call: Call) -> Answer {
    let assertions = wanted.assertions;
    let count = plural(assertions.len(), "assertion");
    let aside = Command::SetAsideRequirements { aside: wanted.no_requirement };
    let contract = Command::ProposeContract { assertions: assertions.clone() };
    let events = context.ask(vec![contract, aside]).await?;
    let (next, kept, uncovered) = context.engine.cell.with(|mission| {
        let next = match &mission.environment {
            None => "propose_environment, after which the assertions' commands are tried at the base commit",
            Some(_) => "propose_plan",
        };
        (next, kept_words(mission, &assertions), mission.uncovered_report())
    });
    let kept = if kept.is_empty() { String::new() } else { format!("\n{kept}\n") };
    let held = held_back(&events);
    let report = baseline::report(&context.engine, Scope::NewAndRed, &call).await;
    let text = format!("The contract of {count} is accepted.{held}{kept} Next: {next}.\n{uncovered}{report}");
    Ok(Output::text(text.trim_end()))
}

/// What stands in the contract otherwise than it was proposed, because the person said so.
fn kept_words(mission: &Mission, proposed: &[AssertionDraft]) -> String {
    let mut kept = Vec::new();
    for draft in proposed {
        let Some(found) = mission.contract.get(&draft.id) else { continue };
        if mission.is_retired_by_person(found) {
            kept.push(format!(
                "{} is retired by the person and stays so: no feature can fulfill it",
                draft.id
            ));
        }
        for unknown in draft.shows.iter().filter(|id| mission.requirement(**id).is_none()) {
            kept.push(format!("{} cannot show {unknown}: there is no such requirement", draft.id));
        }
        if mission.persons_mappings.contains(&found.id) && found.shows != draft.shows {
            let shows: Vec<String> = found.shows.iter().map(ToString::to_string).collect();
            let shows = if shows.is_empty() { "no requirement".to_owned() } else { shows.join(", ") };
            kept.push(format!("{}: it shows {shows}, as the person said", draft.id));
        }
        for differing in differing(&draft.wording, &found.wording).iter().filter(|_| found.is_active()) {
            kept.push(format!("{}: its {} stays \"{}\"", draft.id, differing.part, differing.new));
        }
    }
    kept.join("\n")
}

async fn propose_environment(
    context: Arc<ToolContext>,
    ProposedEnvironment { environment, services }: ProposedEnvironment,
    call: Call,
) -> Answer {
    let services = services.into_iter().map(Into::into).collect();
    let environment = Environment { services, ..environment };
    context.ask(vec![Command::ProposeEnvironment { environment }]).await?;
    let report = baseline::report(&context.engine, Scope::NewAndRed, &call).await;
    let red = "What is red or proves nothing: mend it by proposing again, or leave it, and the person reads it as a risk at the plan gate. A check that can decide nothing must be worded anew before propose_plan, and a command that can do nothing proposed anew. Next: propose_plan.";
    let text = if report.is_empty() { "Next: propose_plan.".to_owned() } else { format!("{report}{red}") };
    Ok(Output::text(format!("The environment is accepted. {text}")))
}

async fn propose_plan(
    context: Arc<ToolContext>,
    ProposedPlan { title, milestones, answers, checks_kept, commands_kept, answer }: ProposedPlan,
    call: Call,
) -> Answer {
    // What the proposals before it did not try, such as after a restart, is tried now: the gate may open with it.
    baseline::report(&context.engine, Scope::New, &call).await;
    let title = title.as_ref().and_then(|title| title.as_str().lines().next()).map(Title::clipped);
    let reasons = checks_kept.into_iter().map(|kept| (kept.assertion, kept.because)).collect();
    let kept = commands_kept.into_iter().map(|kept| (kept.command, kept.because)).collect();
    let commands = vec![
        Command::AnswerObjections { answers },
        Command::KeepChecks { reasons, commands: kept },
        Command::ProposePlan { title, milestones, answer },
    ];
    context.submit(commands, Accepted::Close("The plan is proposed.")).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::agent::tool::arguments;
    use crate::domain::contract::Weight;
    use crate::domain::environment::{Health, Service};

    #[test]
    fn an_assertion_is_flat_and_blocking_unless_it_says_otherwise() {
        let one = json!({ "id": "auth-001", "title": "Login", "statement": "A user logs in.",
            "check": { "via": "http", "how": "POST /login", "command": "" }, "evidence": "the exchange" });
        let mut two = one.clone();
        two["severity"] = json!("non_blocking");
        let read: ProposedContract = arguments(json!({ "assertions": [one, two] })).unwrap();
        let weights: Vec<_> = read.assertions.iter().map(|draft| draft.wording.weight).collect();
        assert_eq!(weights, [Weight::Blocking, Weight::NonBlocking]);
        assert_eq!(read.assertions[0].id.as_str(), "VAL-AUTH-001");
        assert_eq!(read.assertions[0].wording.check.command, None);
        two["weight"] = json!("blocking");
        let fault = arguments::<ProposedContract>(json!({ "assertions": [two] })).err().unwrap().to_string();
        assert!(fault.contains("unknown field `assertions[0].weight`"), "{fault}");
        let nameless = arguments::<ProposedContract>(json!({ "assertions": [{ "id": "login" }] }));
        assert!(nameless.err().unwrap().to_string().contains("\"login\" is not an assertion such as"));
    }

    #[test]
    fn a_service_is_up_by_a_path_a_port_or_belief() {
        let service = |health| json!({ "name": "app", "run": "serve", "health": health });
        let read: ProposedEnvironment = arguments(json!({
            "test": [{ "name": "unit", "run": "make test" }],
            "services": [service(json!({ "http": "/up" })), service(json!({ "tcp": true })), service(json!(null))],
        }))
        .unwrap();
        let services: Vec<Service> = read.services.into_iter().map(Into::into).collect();
        let health: Vec<_> = services.into_iter().map(|service| service.health).collect();
        assert!(
            matches!(&health[..], [Health::Http { path }, Health::Tcp, Health::None] if path.as_str() == "/up")
        );
        assert_eq!((read.environment.test.len(), read.environment.build.len()), (1, 0));
    }

    #[test]
    fn no_plan_is_refused_for_its_name() {
        let feature =
            json!({ "title": "Login", "description": "A form.", "after": [""], "no_assertion_because": "" });
        let milestone = json!({ "title": "M", "features": [feature] });
        let read: ProposedPlan =
            arguments(json!({ "title": "x".repeat(300), "milestones": [milestone] })).unwrap();
        assert_eq!(read.title.unwrap().as_str().chars().count(), 160);
        let draft = &read.milestones[0].features[0];
        assert_eq!((draft.after.len(), &draft.no_assertion_because), (0, &None));
        let unnamed: ProposedPlan = arguments(json!({ "title": " ", "milestones": [] })).unwrap();
        assert_eq!(unnamed.title, None);
    }
}
