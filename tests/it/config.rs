//! The layers of the configuration, their faults, and the way from a model's name to its backend.

use std::fs;
use std::path::Path;

use flightdeck::agent::external::ToolsOver;
use flightdeck::agent::model::provider::{ProviderSpec, Wire};
use flightdeck::config::{Backend, Flag, Remote, Settings, Sources, Variables};
use flightdeck::domain::attempt::Role;
use flightdeck::domain::gate::Autopilot;
use flightdeck::workspace::Project;
use flightdeck::workspace::project::PROJECT_SETTINGS;
use pretty_assertions::assert_eq;
use secrecy::ExposeSecret;
use tempfile::TempDir;

/// A person's file, a project's file and an environment of their own.
struct Fixture {
    directory: TempDir,
    sources: Sources,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let sources = Sources {
            user_file: directory.path().join("user.toml"),
            project: Some(Project::new(directory.path(), &directory.path().join("state"))),
            variables: Variables::default(),
            flags: Vec::new(),
        };
        Self { directory, sources }
    }

    fn user(self, text: &str) -> Self {
        fs::write(&self.sources.user_file, text).unwrap();
        self
    }

    fn project(self, text: &str) -> Self {
        let project = self.sources.project.as_ref().unwrap();
        fs::create_dir_all(project.root().join(".flightdeck")).unwrap();
        fs::write(project.root().join(PROJECT_SETTINGS), text).unwrap();
        project.decide(&project.files().unwrap(), true).unwrap();
        self
    }

    fn variables(mut self, pairs: &[(&str, &str)]) -> Self {
        self.sources.variables =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self
    }

    fn flag(mut self, name: &'static str, key: &str, word: &str) -> Self {
        self.sources.flags.push(Flag { name, key: key.to_owned(), word: word.to_owned() });
        self
    }

    fn load(&self) -> Settings {
        self.sources.load().unwrap()
    }

    /// The fault, with the temporary directory's name taken out.
    fn fault(&self) -> String {
        let sentence = self.sources.load().unwrap_err().to_string();
        sentence.replace(&format!("{}/", self.directory.path().display()), "")
    }
}

fn origin(settings: &Settings, key: &str) -> (String, String) {
    let setting = settings.origins().find(|setting| setting.key == key).unwrap();
    let place = setting.origin.to_string();
    (setting.value.to_string(), place.rsplit('/').next().unwrap().to_owned())
}

#[test]
fn the_later_layer_wins_and_every_value_knows_where_it_comes_from() {
    let settings = Fixture::new()
        .user("speed = 2\ntheme = \"dusk\"\n[limits]\nrounds = 7\nfailures = 4\n")
        .project("[limits]\nfailures = 5\nreviewers = 2\n[budget]\nmoney = 12.5\n")
        .variables(&[("FLIGHTDECK_LIMITS_REVIEWERS", "6"), ("FLIGHTDECK_SPEED", "3")])
        .flag("--speed", "speed", "4")
        .load();
    let table = [
        ("budget.validation_percent", "25", "default"),
        ("theme", "\"dusk\"", "user.toml:2"),
        ("limits.rounds", "7", "user.toml:4"),
        ("limits.failures", "5", "config.toml:2"),
        ("limits.reviewers", "6", "FLIGHTDECK_LIMITS_REVIEWERS"),
        ("budget.money", "12.5", "config.toml:5"),
        ("speed", "4.0", "--speed"),
    ];
    for (key, value, place) in table {
        assert_eq!(origin(&settings, key), (value.to_owned(), place.to_owned()), "{key}");
    }
    assert_eq!((settings.limits.rounds, settings.limits.failures, settings.limits.reviewers), (7, 5, 6));
    assert_eq!(settings.budget.micro_dollars, Some(12_500_000));
    assert_eq!(settings.autopilot, Autopilot::Off);
}

#[test]
fn faults_name_the_place_and_what_to_do() {
    let table = [
        (
            "[budget]\nmony = 3\n",
            "user.toml:2: there is no setting `budget.mony`; did you mean `budget.money`?",
        ),
        (
            "colour = 1\n",
            "user.toml:1: there is no setting `colour`; `flightdeck config show` lists all settings",
        ),
        ("\nspeed = -1\n", "user.toml:2: `speed` must be a number above 0, not -1; without it 1.0 holds"),
        (
            "[limits]\nsabotage_percent = 95\n",
            "user.toml:2: `limits.sabotage_percent` must be a whole number from 0, which turns sabotage off, to 90, which leaves a tenth of the time for the work, not 95; without it 10 holds",
        ),
        (
            "limits = 3\n",
            "user.toml:1: there is no setting `limits`; `flightdeck config show` lists all settings",
        ),
        (
            "[models]\nworker = \"claude\"\n",
            "user.toml:2: `models.worker` must be `provider/model`, such as anthropic/claude-sonnet-5-5, not \"claude\"",
        ),
        (
            "[providers.x]\nwire = \"grpc\"\n",
            "user.toml:2: `providers.x.wire` must be anthropic, openai or chat, not \"grpc\"",
        ),
    ];
    for (text, sentence) in table {
        assert_eq!(Fixture::new().user(text).fault(), sentence);
    }
    let syntax = Fixture::new().user("theme = \n").fault();
    assert!(
        syntax.starts_with("user.toml:1: ") && syntax.ends_with("mend the file and try again"),
        "{syntax}"
    );
}

#[test]
fn a_project_may_not_spend_keys_nor_give_consent() {
    for text in [
        "[providers.evil]\nbase_url = \"http://evil\"\n",
        "[providers.anthropic]\napi_key_cmd = \"cat ~/.ssh/id\"\n",
        "[providers.anthropic]\napi_key_env = \"GITHUB_TOKEN\"\n",
        "[agents.claude]\ncommand = [\"sh\", \"-c\", \"evil\"]\n",
        "[agents.claude.env]\nPATH = \"/evil\"\n",
        "autopilot = true\n",
        "prices = \"cheap.toml\"\n",
        "pass_env = [\"HOME\"]\n",
        "browser = \"/tmp/mine\"\n",
        "[keys.gate]\ngo = \"j\"\n",
        "sandbox.mode = \"off\"\n",
    ] {
        let fault = Fixture::new().project(text).fault();
        assert!(
            fault.starts_with(".flightdeck/config.toml:") && fault.contains("a project's file may not set"),
            "{fault}"
        );
        assert!(fault.ends_with("put it into user.toml instead"), "{fault}");
        Fixture::new().user(text).load();
    }
}

#[test]
fn a_project_may_lower_a_budget_and_bring_servers_of_its_own_and_no_more() {
    let yours = "[budget]\nmoney = 5\n[mcp.docs]\nurl = \"https://x.example/mcp\"\nheaders = [\"a: $KEY\"]\nroles = [\"worker\"]\n";
    let with = |text: &str| Fixture::new().user(yours).variables(&[("KEY", "k")]).project(text);
    assert_eq!(with("[budget]\nmoney = 4\ntokens = 9\n").load().budget.micro_dollars, Some(4_000_000));
    let raised = with("[budget]\nmoney = 6\n").fault();
    assert!(raised.contains("because it would spend more than you allow"), "{raised}");
    let server = "command = [\"docs\"]\nroles = [\"worker\"]\n";
    let names: Vec<String> = with(&format!("[mcp.mine]\n{server}")).load().mcp().unwrap()[&Role::Worker]
        .iter()
        .map(|server| server.name.clone())
        .collect();
    assert_eq!(names, ["docs", "mine"]);
    let taken = with("[mcp.docs]\nurl = \"https://evil.example\"\n").fault();
    assert!(taken.contains("because you have a server of that name"), "{taken}");
}

#[test]
fn variables_are_passed_on_by_name() {
    let set = [("DOCKER_HOST", "unix:///run/docker.sock"), ("CC", "clang"), ("GITHUB_TOKEN", "x")];
    let settings =
        Fixture::new().user("pass_env = [\"DOCKER_HOST\", \"CC\", \"UNSET\"]\n").variables(&set).load();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(settings.passed, [pair("DOCKER_HOST", "unix:///run/docker.sock"), pair("CC", "clang")]);
    let by_variable = [("FLIGHTDECK_PASS_ENV", "CC, DOCKER_HOST"), ("CC", "clang")];
    assert_eq!(Fixture::new().variables(&by_variable).load().passed, [pair("CC", "clang")]);
    let fault = Fixture::new().user("pass_env = \"A-B\"\n").fault();
    assert!(fault.contains("`pass_env` must be a list of variables of the environment"), "{fault}");
}

#[test]
fn variables_that_look_like_settings_must_be_settings() {
    let fault = |pairs: &[(&str, &str)]| Fixture::new().variables(pairs).fault();
    assert_eq!(
        fault(&[("FLIGHTDECK_BUDGET_MONY", "3")]),
        "FLIGHTDECK_BUDGET_MONY is not a setting; did you mean the setting `budget.money`?"
    );
    assert_eq!(
        fault(&[("FLIGHTDECK_AUTOPILOT", "perhaps")]),
        "FLIGHTDECK_AUTOPILOT: `autopilot` must be true or false, not \"perhaps\"; without it false holds"
    );
    let settings =
        Fixture::new().variables(&[("FLIGHTDECK_HOME", "/x"), ("FLIGHTDECK_AUTOPILOT", "1")]).load();
    assert_eq!(settings.autopilot, Autopilot::On);
}

#[test]
fn models_are_chosen_by_the_keys_there_are() {
    let worker = |fixture: Fixture| fixture.load().models.get(&Role::Worker).cloned();
    assert_eq!(worker(Fixture::new()), None);
    let anthropic = ("ANTHROPIC_API_KEY", "k");
    let openai = ("OPENAI_API_KEY", "k");
    let with = |pairs: &[(&str, &str)]| Fixture::new().variables(pairs);
    assert_eq!(worker(with(&[anthropic, openai])).unwrap(), "anthropic/claude-sonnet-5-5");
    assert_eq!(worker(with(&[openai])).unwrap(), "openai/gpt-5.1");
    assert_eq!(worker(with(&[("ANTHROPIC_API_KEY", " "), openai])).unwrap(), "openai/gpt-5.1");
    let settings = with(&[anthropic]).user("[models]\nworker = \"openai/gpt-5\"\n").load();
    assert_eq!(origin(&settings, "models.worker").1, "user.toml:2");
    assert_eq!(origin(&settings, "models.scrutiny").1, "default, because ANTHROPIC_API_KEY is set");
    let flown = with(&[anthropic])
        .user("[models]\nworker = \"openai/gpt-5\"\n")
        .flag("--model", "models.default", "rehearsal/demo")
        .flag("--model", "models.reviewer", "openai/gpt-5-mini")
        .load();
    assert_eq!(flown.models[&Role::Worker], "rehearsal/demo", "a flag for all roles wins over a file");
    assert_eq!(flown.models[&Role::Reviewer], "openai/gpt-5-mini");
}

fn remote(fixture: &Fixture, model: &str) -> Remote {
    match fixture.load().backend(model).unwrap() {
        Backend::Network(remote) => *remote,
        Backend::Rehearsal(rehearsal) => panic!("{} is a rehearsal", rehearsal.about().title),
        Backend::Agent(agent) => panic!("{} is an agent", agent.name),
    }
}

#[test]
fn an_agent_is_known_or_ones_own_and_gets_its_own_variables_and_no_key_of_ours() {
    let text = "[agents.claude.env]\nANTHROPIC_API_KEY = \"$CLAUDES_KEY\"\n[agents.codex]\ncommand = [\"/opt/codex-acp\"]\n\
                [agents.mine]\ncommand = [\"my-agent\", \"--acp\"]\nenv = { MY_MODE = \"x\" }\ntools_over = \"http\"\n\
                [agents.copilot]\ntools_over = \"stdio\"\n";
    let variables = [
        ("CLAUDES_KEY", "its-key"),
        ("ANTHROPIC_API_KEY", "our-key"),
        ("CLAUDE_CONFIG_DIR", "/home/ada/.claude"),
        ("GEMINI_API_KEY", "g"),
    ];
    let settings = Fixture::new().user(text).variables(&variables).load();
    let agent = |name: &str| match settings.backend(&format!("acp/{name}")).unwrap() {
        Backend::Agent(agent) => *agent,
        other => panic!("{other:?}"),
    };
    let claude = agent("claude");
    assert_eq!(claude.command, ["claude-agent-acp"]);
    assert_eq!(
        (claude.env["ANTHROPIC_API_KEY"].as_str(), claude.env["ENABLE_TOOL_SEARCH"].as_str()),
        ("its-key", "false")
    );
    assert_eq!(claude.env["CLAUDE_CONFIG_DIR"], "/home/ada/.claude");
    assert!(!claude.env.contains_key("GEMINI_API_KEY") && !format!("{claude:?}").contains("its-key"));
    assert_eq!(agent("codex").command, ["/opt/codex-acp"]);
    assert!(!agent("codex").env.values().any(|value| value == "our-key"));
    let mine = agent("mine");
    assert_eq!((mine.command.len(), mine.env["MY_MODE"].as_str()), (2, "x"));
    assert_eq!((mine.tools_over, agent("copilot").tools_over), (ToolsOver::Http, ToolsOver::Stdio));
    assert_eq!(claude.tools_over, ToolsOver::Stdio);

    let fault = settings.backend("acp/claud").unwrap_err().to_string();
    assert!(
        fault.starts_with("there is no agent `claud`: known are acp/claude, acp/codex, acp/copilot"),
        "{fault}"
    );
    assert!(fault.contains("add [agents.claud] with its command to"), "{fault}");
    let lacking = Fixture::new().user(text).load();
    let fault = lacking.backend("acp/claude").unwrap_err().to_string();
    assert_eq!(fault, "agents.claude.env.ANTHROPIC_API_KEY needs CLAUDES_KEY, which is not set");
    let wrong = Fixture::new().user("[agents.mine]\ncommand = \"my-agent --acp\"\n").fault();
    assert!(
        wrong.contains("agents.mine.command") && wrong.contains("a list of words, the program first"),
        "{wrong}"
    );
    let wrong = Fixture::new().user("[agents.mine]\ncommand = [\"mine\"]\ntools_over = \"socket\"\n").fault();
    assert!(wrong.contains("agents.mine.tools_over") && wrong.contains("must be stdio or http"), "{wrong}");
    let unknown = Fixture::new().user("[agents.mine]\ntools = \"http\"\n").fault();
    let known = "an agent has `agents.mine.command`, `agents.mine.env.NAME`, `agents.mine.tools_over`, `agents.mine.home`";
    assert!(unknown.contains(known), "{unknown}");
}

#[test]
fn a_models_name_leads_to_its_wire_address_and_key() {
    let fixture = Fixture::new()
        .user("[providers.ollama]\nbase_url = \"http://localhost:11434/v1\"\n[providers.work]\nwire = \"anthropic\"\napi_key_cmd = \"pass show work\"\n")
        .variables(&[
            ("ANTHROPIC_API_KEY", "a-key"),
            ("ANTHROPIC_BASE_URL", "http://gateway"),
            ("OPENROUTER_BASE_URL", "http://router/v1"),
            ("OPENROUTER_API_KEY", "r-key"),
        ]);
    let key = |spec: &ProviderSpec| spec.key.as_ref().map(|key| key.expose_secret().to_owned());
    let spec = |model: &str| remote(&fixture, model).spec;
    let claude = spec("anthropic/claude-x");
    assert_eq!((claude.wire, claude.base_url.as_deref()), (Wire::AnthropicMessages, Some("http://gateway")));
    assert_eq!(key(&claude).as_deref(), Some("a-key"));
    let local = spec("ollama/qwen3:8b");
    assert_eq!((local.wire, local.model.as_str(), key(&local)), (Wire::OpenAiChat, "qwen3:8b", None));
    let router = spec("openrouter/meta/llama");
    assert_eq!((router.model.as_str(), key(&router).as_deref()), ("meta/llama", Some("r-key")));
    let work = remote(&fixture, "work/m");
    assert_eq!((work.spec.wire, key(&work.spec)), (Wire::AnthropicMessages, None));
    assert_eq!(work.key_command.as_deref(), Some("pass show work"));
}

#[test]
fn headers_of_ones_own_take_their_values_from_variables_and_the_proxy_is_known_by_its_variable() {
    let text = "[providers.azure]\nbase_url = \"https://a.example/x?api-version=1\"\nheaders = [\"X-Team: us\", \"api-key: $KEY\"]\n";
    let of =
        |variables: &[(&str, &str)]| remote(&Fixture::new().user(text).variables(variables), "azure/m").spec;
    let spec = of(&[("KEY", "sk-1"), ("https_proxy", "http://p"), ("HTTP_PROXY", "http://q")]);
    let headers: Vec<(&str, &str)> =
        spec.headers.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
    assert_eq!(headers, [("X-Team", "us"), ("api-key", "sk-1")]);
    assert_eq!(spec.proxy_variable.as_deref(), Some("https_proxy"));
    assert_eq!(of(&[("KEY", "k"), ("ALL_PROXY", "p"), ("NO_PROXY", "x")]).proxy_variable, None);
}

#[test]
fn a_model_that_cannot_be_used_says_why() {
    let text = "[providers.lost]\nwire = \"chat\"\n[providers.azure]\nbase_url = \"https://a.example\"\nheaders = [\"api-key: $KEY\"]\n";
    let fixture = Fixture::new().user(text);
    let settings = fixture.load();
    let file = fixture.sources.user_file.display().to_string();
    let table = [
        ("claude", "`claude` is not a model: write provider/model, such as anthropic/claude-sonnet-5-5"),
        ("openai/gpt-5", "openai has no key: set OPENAI_API_KEY, or providers.openai.api_key_cmd in FILE"),
        (
            "grok/x",
            "there is no provider `grok`: known are anthropic, azure, lost, openai, rehearsal; add [providers.grok] with its base_url to FILE",
        ),
        ("lost/x", "lost has no address: set LOST_BASE_URL, or providers.lost.base_url in FILE"),
        ("azure/x", "the header api-key of azure needs KEY, which is not set"),
        ("rehearsal/x", "there is no rehearsal `x`; built in: demo"),
    ];
    for (model, sentence) in table {
        let fault = settings.backend(model).unwrap_err().to_string();
        assert_eq!(fault.replace(&file, "FILE"), sentence);
    }
}

#[test]
fn keys_are_not_shown() {
    let text = "[agents.mine]\ncommand = [\"mine\"]\nenv = { MY_TOKEN = \"sk-secret\", OTHER_KEY = \"$MINE\", MODE = \"x\" }\n";
    let settings =
        Fixture::new().user(text).variables(&[("ANTHROPIC_API_KEY", "sk-secret"), ("MINE", "m")]).load();
    let shown = |key: &str| {
        settings.origins().find(|set| set.key == format!("agents.mine.env.{key}")).unwrap().value.clone()
    };
    assert_eq!((shown("OTHER_KEY"), shown("MODE")), ("$MINE".into(), "x".into()));
    let Ok(Backend::Agent(agent)) = settings.backend("acp/mine") else { panic!("there is an agent") };
    assert_eq!(agent.env["MY_TOKEN"], "sk-secret", "the agent itself gets it");
    assert!(!format!("{settings:?}").contains("sk-secret"));
    assert!(settings.origins().all(|setting| !setting.value.to_string().contains("sk-secret")));
}

#[test]
fn a_file_that_cannot_be_read_is_not_taken_for_none() {
    let fixture = Fixture::new();
    fs::create_dir(&fixture.sources.user_file).unwrap();
    assert!(fixture.fault().starts_with("user.toml cannot be read"));
    let mut fixture = Fixture::new();
    fixture.sources.project = Some(Project::new(Path::new("/nowhere/x"), Path::new("/nowhere/state")));
    fixture.load();
}

#[test]
fn a_server_of_tools_is_resolved_by_role_and_a_bad_one_says_why() {
    let text = "[mcp.docs]\ncommand = [\"docs\"]\nenv = { DOCS_KEY = \"$KEY\" }\nroles = [\"worker\", \"orchestrator\"]\n[mcp.issues]\nurl = \"https://x.example/mcp\"\nheaders = [\"Authorization: $KEY\"]\nroles = [\"worker\"]\n";
    let settings = Fixture::new().user(text).variables(&[("KEY", "sk-1")]).load();
    let by_role = settings.mcp().unwrap();
    let names = |role| by_role[&role].iter().map(|server| server.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(Role::Worker), ["docs", "issues"]);
    assert_eq!(names(Role::Orchestrator), ["docs"]);
    assert!(!format!("{settings:?}").contains("sk-1"));
    let table = [
        ("[mcp.x]\ncommand = [\"x\"]\n", "mcp.x names nobody who is given its tools: set its `roles`"),
        ("[mcp.x]\nroles = [\"worker\"]\n", "mcp.x has neither a `command` nor a `url`"),
        (
            "[mcp.x]\nroles = [\"worker\"]\ncommand = [\"x\"]\nurl = \"http://x\"\n",
            "mcp.x has a `command` and a `url`: it is one or the other",
        ),
        (
            "[mcp.x]\nroles = [\"worker\"]\ncommand = [\"x\"]\nenv = { A = \"$B\" }\n",
            "mcp.x needs B for A, which is not set",
        ),
    ];
    for (text, words) in table {
        let fault = Fixture::new().user(text).load().mcp().unwrap_err().to_string();
        assert!(fault.starts_with(words), "{fault}");
    }
    let unknown = Fixture::new().user("[mcp.x]\ncomand = [\"x\"]\n").fault();
    assert!(unknown.contains("a server has `mcp.x.command`"), "{unknown}");
}
