//! A program of a worker's that wants a host which is not listed: the person is asked, and their answer holds.

use std::time::Duration;

use flightdeck::domain::command::Command;
use flightdeck::link::Client;
use flightdeck::link::protocol::Call as LinkCall;
use flightdeck::workspace::sandbox::{NetworkPolicy, Strength};
use flightdeck::workspace::{Sandbox, SandboxOptions};

use super::git::Does::Runs;
use super::git::{done, fly, ground};
use crate::support::words;

/// Asks for a page by way of the proxy, `times` times or until something else than a refusal comes.
fn asks(times: u32) -> String {
    format!(
        "cat > /tmp/ask.py <<'E'\n\
         import os, time, http.client, urllib.parse as p\n\
         x = p.urlsplit(os.environ['HTTP_PROXY'])\n\
         for _ in range({times}):\n    \
             c = http.client.HTTPConnection(x.hostname, x.port, timeout=20); c.request('GET', 'http://wanted.invalid/')\n    \
             r = c.getresponse(); print(r.status, r.reason)\n    \
             if r.status != 403: break\n    \
             time.sleep(0.2)\n\
         E\n\
         python3 /tmp/ask.py | tail -1"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_listed_is_the_persons_to_allow() {
    let mut ground = ground(|_| {});
    ground.network = NetworkPolicy::Listed;
    let options = ground.options();
    let probe = SandboxOptions { keeper: options.sandbox.keeper.clone(), ..SandboxOptions::default() };
    if *Sandbox::of_this_machine(probe).strength() != Strength::Bubblewrap {
        println!("skipped: there is no bubblewrap here");
        return;
    }
    let write =
        Runs("echo echo hello > greet.sh && git add --all && git commit --quiet -m 'Greet'".to_owned());
    let turns = vec![write, Runs(asks(1)), Runs(asks(200)), done()];
    let person = async {
        let open = loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if let Some(open) = ground.mission().questions.iter().find(|question| question.is_open()) {
                break open.clone();
            }
        };
        assert!(
            open.text.as_str().starts_with("`wanted.invalid:80` is not among the hosts"),
            "{}",
            open.text
        );
        assert_eq!(open.server.as_ref().unwrap().as_str(), "the network");
        let (client, _notices) = Client::connect(&options.socket, "test").await.unwrap();
        let command = Command::Answer { question: open.id, text: words::prose(open.options[1].as_str()) };
        client.call(LinkCall::Command { command: Box::new(command) }).await.unwrap();
    };
    let (mission, ()) = tokio::join!(fly(&ground, turns), person);
    let told = ground.told();
    assert!(mission.features[0].is_built(), "{told}");
    assert!(
        told.contains("`wanted.invalid:80` may not be reached from this sandbox: the person is asked"),
        "{told}"
    );
    // It is let through, and there is no such host.
    assert!(told.contains("502"), "{told}");
    assert!(told.contains("its sandbox refused something to"), "{told}");
    assert_eq!(mission.questions.len(), 1, "nobody is asked twice");
}
