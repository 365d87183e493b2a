//! The loop: waits for what happens, drains what is ready, draws once. Only here does the console wait.

use std::io;
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Duration;

use crossterm::event::Event as Input;
use futures::{Stream, StreamExt};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::buffer::Buffer;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::app::App;
use super::effect::Effect;
use super::host::{Host, Told};
use super::msg::Msg;
use super::options::{ConsoleExit, TuiError};
use super::pacing::Pacing;
use super::signals::{Asked, Signals, stand_still};
use super::source::{Source, SourceEvent};
use super::terminal::Outside;
use super::update::{hear_time, start, update};

/// The most messages that are taken in before a frame is drawn.
const DRAIN: usize = 4_096;

/// A console with everything it needs to run, on any backend and any input.
pub struct Console<S> {
    app: App,
    source: Arc<S>,
    host: Arc<dyn Host>,
    sender: Sender<Msg>,
    messages: Receiver<Msg>,
    pacing: Pacing,
    /// What the terminal shows; none while that is not known.
    shown: Option<Buffer>,
    /// Calls that have not been answered.
    in_flight: Arc<()>,
    signals: Option<Signals>,
}

/// What frames are drawn on: any backend whose errors can be told.
pub trait Frames: Backend<Error: std::error::Error + Send + Sync + 'static> {}

impl<B: Backend<Error: std::error::Error + Send + Sync + 'static>> Frames for B {}

/// Whether the loop goes on.
enum Next {
    Go,
    Exit(ConsoleExit),
}

impl<S: Source> Console<S> {
    /// A console on a source.
    pub fn new(app: App, source: Arc<S>, host: Arc<dyn Host>) -> Self {
        let (sender, messages) = channel(1_024);
        let (pacing, in_flight) = (Pacing::default(), Arc::new(()));
        Self { app, source, host, sender, messages, pacing, shown: None, in_flight, signals: None }
    }

    /// Where messages from beside the loop go.
    pub fn sender(&self) -> Sender<Msg> {
        self.sender.clone()
    }

    /// What is alive as long as a call has not been answered, beside the deck's own hold on it.
    pub fn calls(&self) -> Weak<()> {
        Arc::downgrade(&self.in_flight)
    }

    /// The console's state, for a test that has flown it.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Flies until the person leaves, a signal comes, or the input ends.
    ///
    /// # Errors
    /// When the terminal does not take frames any more.
    pub async fn fly<B, I, O>(
        &mut self,
        terminal: &mut Terminal<B>,
        mut input: I,
        mut outside: O,
    ) -> Result<ConsoleExit, TuiError>
    where
        B: Frames,
        I: Stream<Item = io::Result<Input>> + Unpin,
        O: Outside,
    {
        let mut heard = self.source.listen();
        self.signals = Some(Signals::new()?);
        // The first frame stands before anything is loaded.
        self.draw(terminal, &mut outside)?;
        let effects = start(&mut self.app);
        self.do_effects(effects, terminal, &mut outside).await?;
        loop {
            let msg = tokio::select! {
                biased;
                asked = asked(self.signals.as_mut()) => match self.answer(asked, terminal, &mut outside)? {
                    Some(msg) => Some(msg),
                    None => continue,
                },
                event = input.next() => match event {
                    Some(event) => Some(Msg::Input(event?)),
                    None => return self.land(terminal, &mut outside, &mut heard).await,
                },
                () = due(&self.pacing, &mut outside) => None,
                Some(msg) = self.messages.recv() => Some(msg),
                Some(news) = heard.recv() => Some(Msg::SourceEvent(news)),
                () = self.pacing.tick(&self.app) => Some(Msg::Tick(self.host.now())),
            };
            let Some(msg) = msg else {
                self.draw(terminal, &mut outside)?;
                continue;
            };
            if let Next::Exit(exit) = self.take(msg, terminal, &mut outside).await? {
                return Ok(exit);
            }
            if let Next::Exit(exit) = self.drain(&mut input, &mut heard, terminal, &mut outside).await? {
                return Ok(exit);
            }
        }
    }

    /// Takes in whatever is ready, keys first.
    async fn drain<B, I, O>(
        &mut self,
        input: &mut I,
        heard: &mut Receiver<SourceEvent>,
        terminal: &mut Terminal<B>,
        outside: &mut O,
    ) -> Result<Next, TuiError>
    where
        B: Frames,
        I: Stream<Item = io::Result<Input>> + Unpin,
        O: Outside,
    {
        for _ in 0..DRAIN {
            // Polled as this task and not `now_or_never`: the input wakes whoever polled it first, and a waker that
            // wakes nobody would leave the next key lying until the clock ticks.
            let msg = if let Poll::Ready(Some(event)) = futures::poll!(input.next()) {
                Msg::Input(event?)
            } else if let Ok(msg) = self.messages.try_recv() {
                msg
            } else if let Ok(news) = heard.try_recv() {
                Msg::SourceEvent(news)
            } else {
                break;
            };
            if let Next::Exit(exit) = self.take(msg, terminal, outside).await? {
                return Ok(Next::Exit(exit));
            }
        }
        Ok(Next::Go)
    }

    /// The input is over: what was asked is answered, and the last frame drawn.
    async fn land<B, O>(
        &mut self,
        terminal: &mut Terminal<B>,
        outside: &mut O,
        heard: &mut Receiver<SourceEvent>,
    ) -> Result<ConsoleExit, TuiError>
    where
        B: Frames,
        O: Outside,
    {
        loop {
            let waiting = Arc::strong_count(&self.in_flight) > 1;
            let msg = if let Ok(msg) = self.messages.try_recv() {
                msg
            } else if let Ok(news) = heard.try_recv() {
                Msg::SourceEvent(news)
            } else if waiting {
                tokio::time::sleep(Duration::from_millis(1)).await;
                continue;
            } else {
                break;
            };
            if let Next::Exit(exit) = self.take(msg, terminal, outside).await? {
                return Ok(exit);
            }
        }
        self.draw(terminal, outside)?;
        Ok(ConsoleExit::Left)
    }

    /// Draws, and tells the terminal only when something looks different.
    fn draw<B, O>(&mut self, terminal: &mut Terminal<B>, outside: &mut O) -> Result<(), TuiError>
    where
        B: Frames,
        O: Outside,
    {
        self.pacing.drawn();
        terminal.autoresize().map_err(io::Error::other)?;
        super::pane::draw(&self.app, &mut terminal.get_frame());
        let drawn = terminal.current_buffer_mut();
        match &mut self.shown {
            Some(shown) if shown == drawn => {
                drawn.reset();
                return Ok(());
            }
            Some(shown) => {
                shown.area = drawn.area;
                shown.content.clone_from(&drawn.content);
            }
            None => self.shown = Some(drawn.clone()),
        }
        outside.begin_frame()?;
        outside.mark(&self.app, self.host.as_ref(), terminal.current_buffer_mut());
        terminal.apply_buffer().map_err(io::Error::other)?;
        outside.end_frame()?;
        Ok(())
    }

    /// What the terminal shows is not known any more: the next frame is drawn whole.
    fn forget<B: Frames>(&mut self, terminal: &mut Terminal<B>) -> Result<(), TuiError> {
        self.shown = None;
        Ok(terminal.clear().map_err(io::Error::other)?)
    }

    async fn take<B, O>(
        &mut self,
        msg: Msg,
        terminal: &mut Terminal<B>,
        outside: &mut O,
    ) -> Result<Next, TuiError>
    where
        B: Frames,
        O: Outside,
    {
        self.pacing.heard(&msg);
        hear_time(&mut self.app, self.host.now());
        let effects = update(&mut self.app, msg);
        self.do_effects(effects, terminal, outside).await
    }

    async fn do_effects<B, O>(
        &mut self,
        effects: Vec<Effect>,
        terminal: &mut Terminal<B>,
        outside: &mut O,
    ) -> Result<Next, TuiError>
    where
        B: Frames,
        O: Outside,
    {
        for effect in effects {
            match effect {
                Effect::Exit(exit) => return Ok(Next::Exit(exit)),
                Effect::Copy(text) => outside.copy(&text)?,
                Effect::Announce { title, percent } => outside.announce(&title, percent)?,
                Effect::Redraw => self.forget(terminal)?,
                Effect::NotifyTerminal(sentence) => outside.notify(&sentence)?,
                Effect::Edit { text, name } => {
                    if let Some(exit) = self.edit(text, name, terminal, outside).await? {
                        return Ok(Next::Exit(exit));
                    }
                }
                other => self.spawn(other),
            }
        }
        Ok(Next::Go)
    }

    /// Does what a signal asks of the terminal; one that asks for the end is the mission's to hear.
    fn answer<B, O>(
        &mut self,
        asked: Asked,
        terminal: &mut Terminal<B>,
        outside: &mut O,
    ) -> Result<Option<Msg>, TuiError>
    where
        B: Frames,
        O: Outside,
    {
        match asked {
            Asked::End | Asked::Interrupt => return Ok(Some(Msg::Signal)),
            Asked::StandStill => {
                outside.hand_over()?;
                stand_still()?;
            }
            Asked::GoOn => {
                outside.take_back()?;
                self.forget(terminal)?;
                self.draw(terminal, outside)?;
            }
        }
        Ok(None)
    }

    /// The editor has the terminal; nothing is drawn until it gives it back.
    async fn edit<B, O>(
        &mut self,
        text: String,
        name: String,
        terminal: &mut Terminal<B>,
        outside: &mut O,
    ) -> Result<Option<ConsoleExit>, TuiError>
    where
        B: Frames,
        O: Outside,
    {
        outside.hand_over()?;
        let editing = self.host.edit(text, name);
        let (edited, end) = match &mut self.signals {
            Some(signals) => signals.beside(editing).await,
            None => (editing.await, None),
        };
        if end.is_some() {
            return Ok(Some(ConsoleExit::Signalled));
        }
        outside.take_back()?;
        self.forget(terminal)?;
        // Nobody waits for room here: the channel may be full, and this is the task that empties it.
        let sender = self.sender.clone();
        tokio::spawn(async move { sender.send(Msg::Edited(edited)).await });
        Ok(None)
    }

    /// Effects that take time run beside the loop and come back as messages.
    fn spawn(&self, effect: Effect) {
        let (sender, source, host) = (self.sender.clone(), Arc::clone(&self.source), Arc::clone(&self.host));
        let in_flight = Arc::clone(&self.in_flight);
        tokio::spawn(async move {
            let msg = match effect {
                Effect::Ask { ticket, call } => {
                    let result = Box::new(source.call(call).await);
                    Some(Msg::Answer { ticket, result })
                }
                Effect::ListMissions => Some(Msg::Missions(host.missions().await)),
                Effect::Notify(sentence) => {
                    let told = host.notify(sentence.clone()).await;
                    (told == Told::NoCommand).then_some(Msg::NoNotifyCommand(sentence))
                }
                Effect::Outside { name, content } => host.open(name, content).await.err().map(Msg::Trouble),
                _ => None,
            };
            if let Some(msg) = msg {
                drop(sender.send(msg).await);
            }
            drop(in_flight);
        });
    }
}

/// The next signal; none ever comes to a console that has not begun to listen.
async fn asked(signals: Option<&mut Signals>) -> Asked {
    match signals {
        Some(signals) => signals.next().await,
        None => std::future::pending().await,
    }
}

/// Waits until a frame may be drawn: not too soon after the last one, and not before the terminal has taken it.
async fn due(pacing: &Pacing, outside: &mut impl Outside) {
    pacing.frame().await;
    outside.drained().await;
}
