//! A live mission as the console's source: the link to its engine, made again whenever it breaks.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::watch;

use crate::cli::context::Context;
use crate::cli::engine_start::{Reached, reach_after};
use crate::cli::missions::catalogue;
use crate::cli::verb::new::Speed;
use crate::domain::id::MissionId;
use crate::engine::Predecessor;
use crate::link::protocol::{Call, Reply};
use crate::link::{Client, LinkError};
use crate::tui::source::{Source, SourceError, SourceEvent};

/// Notices that may wait for the console; the link itself skips output for slow clients.
const QUEUE: usize = 4_096;
/// How long a lost engine is waited for before it is tried again.
const PAUSE: Duration = Duration::from_millis(500);
/// How often an engine is asked whether it is there.
const PULSE: Duration = Duration::from_secs(5);

/// The link of one mission.
#[derive(Clone)]
pub struct LinkSource {
    context: Arc<Context>,
    mission: MissionId,
    speed: Speed,
    client: watch::Sender<Connection>,
}

/// Whether there is somebody to ask.
#[derive(Clone)]
enum Connection {
    Coming,
    Up(Arc<Client>),
    /// The engine cannot be spoken to, whatever is tried.
    Refused(SourceError),
}

impl LinkSource {
    /// The link to a mission's engine; it is started when it is first needed.
    pub fn new(context: &Context, mission: MissionId, speed: Speed) -> Self {
        Self {
            context: Arc::new(context.clone()),
            mission,
            speed,
            client: watch::Sender::new(Connection::Coming),
        }
    }

    async fn client(&self) -> Result<Arc<Client>, SourceError> {
        let mut connection = self.client.subscribe();
        let found = connection.wait_for(|connection| !matches!(connection, Connection::Coming)).await;
        match found.as_deref() {
            Ok(Connection::Up(client)) => Ok(Arc::clone(client)),
            Ok(Connection::Refused(error)) => Err(error.clone()),
            Ok(Connection::Coming) | Err(_) => Err(SourceError::Lost("it is not there".to_owned())),
        }
    }
}

impl Source for LinkSource {
    async fn call(&self, call: Call) -> Result<Reply, SourceError> {
        let client = self.client().await?;
        client.call(call).await.map_err(|error| match error {
            LinkError::Rejected(rejection) => SourceError::Refused(rejection.sentence),
            LinkError::Failed(sentence) => SourceError::Refused(sentence),
            other => SourceError::Lost(other.to_string()),
        })
    }

    fn listen(&self) -> Receiver<SourceEvent> {
        let (told, heard) = channel(QUEUE);
        tokio::spawn(ConnectionSupervisor { link: self.clone(), told }.run());
        heard
    }
}

/// Keeps the link up for as long as the console listens.
struct ConnectionSupervisor {
    link: LinkSource,
    told: Sender<SourceEvent>,
}

impl ConnectionSupervisor {
    async fn run(self) {
        let dir = catalogue(&self.link.context).dir(&self.link.mission);
        let mut lost = false;
        let mut refused: Option<String> = None;
        while !self.told.is_closed() {
            let before = if lost { Predecessor::SeenToDie } else { Predecessor::Unseen };
            match reach_after(&self.link.context, &dir, self.link.speed, before).await {
                Ok(reached) => {
                    let back = lost;
                    lost = true;
                    refused = None;
                    self.pass_on(reached, back).await;
                    self.link.client.send_replace(Connection::Coming);
                    self.tell(SourceEvent::Lost {
                        sentence: "the engine went away; reconnecting".to_owned(),
                    })
                    .await;
                }
                Err(error) => {
                    if let Some(LinkError::Version { version, .. }) = error.downcast_ref::<LinkError>() {
                        // It is tried again until somebody has ended that engine.
                        let sentence = self.foreign(version);
                        if refused.as_ref() != Some(&sentence) {
                            let error = SourceError::Protocol(sentence.clone());
                            self.link.client.send_replace(Connection::Refused(error));
                            self.tell(SourceEvent::Lost { sentence: sentence.clone() }).await;
                        }
                        refused = Some(sentence);
                        lost = true;
                        tokio::time::sleep(PAUSE).await;
                        continue;
                    }
                    if !lost {
                        // A console that has never seen its mission has nothing to show.
                        self.link
                            .client
                            .send_replace(Connection::Refused(SourceError::Lost(error.to_string())));
                        return;
                    }
                    self.tell(SourceEvent::Lost { sentence: error.to_string() }).await;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// An engine of another version, and how to end it.
    fn foreign(&self, version: &str) -> String {
        let own = env!("CARGO_PKG_VERSION");
        let end = match catalogue(&self.link.context).engine(&self.link.mission) {
            Some(pid @ 1..) => format!("end it with `kill {pid}`"),
            _ => "end it".to_owned(),
        };
        format!("the engine is of flightdeck {version}, this is {own}: {end}, and this one starts its own")
    }

    async fn pass_on(&self, reached: Reached, back: bool) {
        let Reached { client, mut notices, .. } = reached;
        let client = Arc::new(client);
        self.link.client.send_replace(Connection::Up(Arc::clone(&client)));
        if back {
            self.tell(SourceEvent::Back).await;
        }
        let mut watch = std::pin::pin!(self.watch(&client));
        loop {
            tokio::select! {
                () = &mut watch => {}
                notice = notices.next() => match notice {
                    Some(notice) => self.tell(SourceEvent::Notice(Box::new(notice))).await,
                    None => return,
                },
                () = self.told.closed() => return,
            }
        }
    }

    /// Tells when the engine falls silent although it is there, and when it speaks again.
    async fn watch(&self, client: &Client) {
        let mut silent = false;
        loop {
            tokio::time::sleep(PULSE).await;
            match client.is_there().await {
                Err(error @ LinkError::Silent { .. }) => {
                    silent = true;
                    self.tell(SourceEvent::Lost { sentence: error.to_string() }).await;
                }
                Ok(()) if silent => {
                    silent = false;
                    self.tell(SourceEvent::Back).await;
                }
                Ok(()) => {}
                // That it is gone is told by the end of its notices.
                Err(_) => std::future::pending().await,
            }
        }
    }

    /// A console that has been left hears nothing more.
    async fn tell(&self, heard: SourceEvent) {
        drop(self.told.send(heard).await);
    }
}
